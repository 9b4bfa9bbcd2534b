package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Goal: among many callers at once, some of whom hang up anywhere in their answer, every upstream call ends and every
 * other caller is served. Method: answers without an end for those who leave, so that only a cancel can end them.
 */
class DroppedClientsTest {
    private static final int CALLERS = 8;
    private static final int REQUESTS_PER_CALLER = 25;
    private static final String ENDLESS = RunningProxy.STREAM.replace("Hi", "endless");

    @Test
    void everyHangUpEndsItsUpstreamCallAndNobodyElses() throws Exception {
        long seed = System.nanoTime();
        var live = new AtomicInteger();
        try (var upstream = new ScriptedUpstream(wire -> serve(wire, live));
                var proxy = new RunningProxy(upstream.url());
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = IntStream.range(0, CALLERS)
                    .mapToObj(i -> callers.submit(() -> call(proxy, new Random(seed + i))))
                    .toList();
            int left = 0;
            for (Future<Integer> caller : running) {
                left += leavers(caller, seed);
            }
            var ends = new HashMap<String, Integer>();
            for (int i = 0; i < CALLERS * REQUESTS_PER_CALLER; i++) {
                ends.merge(proxy.accessJson().path("endedBy").asText(), 1, Integer::sum);
            }
            assertThat(ends)
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("client", left, "done", CALLERS * REQUESTS_PER_CALLER - left));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (live.get() > 0 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(live).as("upstream calls that still run, seed %d", seed).hasValue(0);
        }
    }

    private static int leavers(Future<Integer> caller, long seed) throws InterruptedException {
        try {
            return caller.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a caller failed, seed " + seed, e.getCause());
        }
    }

    /** @return how many of its requests this caller left */
    private static int call(RunningProxy proxy, Random random) throws Exception {
        int left = 0;
        for (int i = 0; i < REQUESTS_PER_CALLER; i++) {
            if (random.nextInt(3) > 0) {
                assertThat(proxy.chat(RunningProxy.STREAM).body()).endsWith("data: [DONE]\n\n");
                continue;
            }
            left++;
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", ENDLESS);
                client.getInputStream().readNBytes(1 + random.nextInt(2000));
            }
        }
        return left;
    }

    private static void serve(ScriptedUpstream.Wire wire, AtomicInteger live) throws Exception {
        live.incrementAndGet();
        try {
            wire.raw(NDJSON_HEAD);
            for (int i = 0; wire.request().body().contains("endless") || i < 5; i++) {
                wire.chunk(line("word"));
                LockSupport.parkNanos(100_000);
            }
            wire.chunk(lastLine());
            wire.raw("0\r\n\r\n");
        } finally {
            live.decrementAndGet();
        }
    }
}
