package dev.llamero.benchmarks.soak;

import dev.llamero.benchmarks.load.HttpExchange;
import dev.llamero.benchmarks.load.Progress;
import dev.llamero.benchmarks.servers.Target;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends traffic with several clients at once, and reads the server's vitals at rest after a first tenth and at the end.
 * Client threads only send and count.
 */
final class Soak {
    private static final int ANSWER_MILLIS_MAX = 120_000;
    private static final int FAILURES_SHOWN = 10;

    private final Target target;
    private final Traffic traffic;
    private final Vitals.Signs signs;
    private final Progress progress;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private int failures;

    Soak(Target target, Traffic traffic, Vitals.Signs signs, Progress progress) {
        this.target = target;
        this.traffic = traffic;
        this.signs = signs;
        this.progress = progress;
    }

    /**
     * What came of it.
     *
     * @param counts requests by kind; "dropped" counts those that the client left
     * @param first vitals after the first tenth, when all classes are loaded and pools filled
     * @param last vitals at the end
     * @param findings what is wrong, in sentences; empty if all is well
     */
    record Outcome(Map<String, Integer> counts, Vitals first, Vitals last, List<String> findings) {}

    Outcome run(int requests, int clients, long bytesAllowed) throws IOException, InterruptedException {
        int warmUp = Math.max(1, requests / 10);
        send(0, warmUp, clients);
        Vitals first = signs.read();
        send(warmUp, requests, clients);
        Vitals last = signs.read();
        findings.addAll(last.missingSince(first, bytesAllowed));
        if (failures > FAILURES_SHOWN) {
            findings.add("and " + (failures - FAILURES_SHOWN) + " more wrong answers");
        }
        return new Outcome(counts, first, last, List.copyOf(findings));
    }

    private void send(int from, int to, int clients) throws InterruptedException, IOException {
        var next = new AtomicInteger(from);
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> {
                    for (int index = next.getAndIncrement(); index < to; index = next.getAndIncrement()) {
                        one(index);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException("a client failed: " + e.getCause(), e);
        }
    }

    private void one(int index) {
        Call call = traffic.call(index);
        progress.at(call.kind());
        try (var exchange = new HttpExchange(target.port())) {
            exchange.send(bytes(call));
            read(exchange, call, index);
        } catch (EOFException | SocketException e) {
            failed(call, index, "the server broke off: " + e.getMessage());
        } catch (IOException e) {
            failed(call, index, e.toString());
        }
        progress.advance(1);
    }

    private void read(HttpExchange exchange, Call call, int index) throws IOException {
        boolean drops = call.dropAfterMillis() >= 0;
        long deadline = System.nanoTime() + 1_000_000L * (drops ? call.dropAfterMillis() : ANSWER_MILLIS_MAX);
        try {
            exchange.waitAtMost(millisUntil(deadline));
            int status = exchange.readHead();
            var text = new StringBuilder();
            for (String line = exchange.readLine(); line != null; line = exchange.readLine()) {
                text.append(line, 0, Math.min(line.length(), 300)).append('\n');
                exchange.waitAtMost(millisUntil(deadline));
                // A steady stream never lets a read time out.
                if (drops && System.nanoTime() > deadline) {
                    count("dropped");
                    return;
                }
            }
            count(call.kind());
            boolean broken = status == 200 && (text.indexOf("{\"error\"") == 0 || text.indexOf("\n{\"error\"") >= 0);
            if (status < call.statusLeast() || status > call.statusMost() || broken) {
                failed(call, index, "status " + status + ": " + text);
            }
        } catch (SocketTimeoutException e) {
            count("dropped");
            if (!drops) {
                failed(call, index, "no answer within " + ANSWER_MILLIS_MAX / 1000 + " s");
            }
        }
    }

    private static int millisUntil(long deadline) {
        return (int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
    }

    private byte[] bytes(Call call) {
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        byte[] head = (call.method() + " " + call.path() + " HTTP/1.1\r\nHost: 127.0.0.1:" + target.port()
                        + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    private synchronized void count(String kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    private synchronized void failed(Call call, int index, String what) {
        if (failures++ < FAILURES_SHOWN) {
            findings.add("request " + index + " (" + call.kind() + "): " + what.strip());
        }
    }
}
