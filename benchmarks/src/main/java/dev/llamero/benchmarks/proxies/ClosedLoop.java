package dev.llamero.benchmarks.proxies;

import dev.llamero.benchmarks.report.Statistics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that each send their next request when the answer to the last is whole. Stateless. */
final class ClosedLoop {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private ClosedLoop() {}

    /**
     * What one turn gave; times in milliseconds.
     *
     * @param failed answers that were not 200, or connections that broke
     * @param bytes of the shortest body that came
     */
    record Turn(double perSecond, double p50, double p99, double firstByteP50, int failed, long bytes) {}

    /** One client's times in nanoseconds: first byte and total, one pair per request. */
    private static final class Client {
        private long[] times = new long[1 << 14];
        private int count;
        private int failed;
        private long bytes = Long.MAX_VALUE;

        void run(int port, byte[] request, long deadline) throws IOException {
            try (var connection = new LoadConnection(port)) {
                for (long sent = System.nanoTime(); sent < deadline; sent = System.nanoTime()) {
                    int status = connection.exchange(request);
                    long done = System.nanoTime();
                    if (status == 200) {
                        bytes = Math.min(bytes, connection.bodyBytes());
                        add(connection.firstByteNanos() - sent, done - sent);
                    } else {
                        failed++;
                    }
                }
            }
        }

        private void add(long first, long total) {
            if (count + 2 > times.length) {
                times = Arrays.copyOf(times, times.length * 2);
            }
            times[count++] = first;
            times[count++] = total;
        }
    }

    /** Runs so many clients for so long. */
    static Turn run(int port, byte[] request, int clients, Duration time) throws InterruptedException {
        List<Client> all = new ArrayList<>();
        List<Future<?>> running = new ArrayList<>();
        long began = System.nanoTime();
        long deadline = began + time.toNanos();
        try (var threads = Executors.newFixedThreadPool(clients)) {
            for (int i = 0; i < clients; i++) {
                var client = new Client();
                all.add(client);
                running.add(threads.submit(() -> {
                    client.run(port, request, deadline);
                    return null;
                }));
            }
        }
        double seconds = (System.nanoTime() - began) / NANOS_PER_SECOND;
        int broken = 0;
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof IOException)) {
                    throw new IllegalStateException(e.getCause());
                }
                broken++;
            }
        }
        return turn(all, broken, seconds);
    }

    private static Turn turn(List<Client> all, int broken, double seconds) {
        int requests = all.stream().mapToInt(client -> client.count / 2).sum();
        double[] first = new double[requests];
        double[] total = new double[requests];
        int at = 0;
        for (Client client : all) {
            for (int i = 0; i < client.count; i += 2) {
                first[at] = client.times[i] / NANOS_PER_MILLI;
                total[at++] = client.times[i + 1] / NANOS_PER_MILLI;
            }
        }
        return new Turn(
                requests / seconds,
                Statistics.percentile(total, 0.5),
                Statistics.percentile(total, 0.99),
                Statistics.percentile(first, 0.5),
                broken + all.stream().mapToInt(client -> client.failed).sum(),
                all.stream().mapToLong(client -> client.bytes).min().orElse(0));
    }
}
