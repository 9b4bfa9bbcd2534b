package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.llamero.proxy.callers.Account;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: among many mixed requests at once, a fifth of which their clients drop anywhere, every other one is served,
 * every call that a dropped one had begun is cancelled, and nothing is left behind: no call, no thread, no place, no
 * token put aside, no memory. Method: answers without an end for those who leave, so that only a cancel can end them.
 *
 * <p>With {@code -Dllamero.dropped.requests=10000} as many as that; fewer in a usual build.
 */
class DroppedClientsTest {
    private static final int CALLERS = 8;
    private static final int REQUESTS = Integer.getInteger("llamero.dropped.requests", 600);
    private static final long BUDGET = 1_000_000_000;

    /** What one answer takes in the heap, many times over: a leak of every dropped request would be far more. */
    private static final long BYTES_KEPT_MAX = 8 << 20;

    /** Of connections that are kept for the next request, at either end: their number varies by chance. */
    private static final int IDLE_THREADS_MAX = 2 * CALLERS;

    private static final List<String> PATHS =
            List.of("/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/completions");

    @TempDir
    private Path folder;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();
    private String key;

    @Test
    void everyHangUpEndsItsUpstreamCallAndNobodyElsesAndNothingIsLeft() throws Exception {
        long seed = System.nanoTime();
        var keys = new KeyFile(folder.resolve("keys.json"));
        key = keys.add("ann", new KeyLimits(0, 0, 0, BUDGET, 0), List.of(), Optional.empty(), Instant.EPOCH);
        try (var upstream = new ScriptedUpstream(this::serve);
                var proxy = new RunningProxy(
                        upstream.url(), "--keys-file", keys.path().toString())) {
            // What is loaded, pooled and compiled once is not a leak.
            round(proxy, upstream, REQUESTS / 5, seed);
            long heap = usedHeap();
            int threads = threads();
            round(proxy, upstream, REQUESTS - REQUESTS / 5, seed + CALLERS);
            Await.until(() -> threads() <= threads + IDLE_THREADS_MAX);
            assertThat(usedHeap() - heap).as("bytes kept, seed %d", seed).isLessThan(BYTES_KEPT_MAX);
            assertThat(begun.get()).as("calls without an end, seed %d", seed).isGreaterThan(REQUESTS / 20);
            Account account = proxy.server().accounts().all().stream()
                    .filter(each -> !each.limits().isNone())
                    .findFirst()
                    .orElseThrow();
            assertThat(account.running()).isZero();
            assertThat(account.standing().tokens().orElseThrow().remaining()).isEqualTo(BUDGET - account.spentToday());
        }
    }

    private void round(RunningProxy proxy, ScriptedUpstream upstream, int requests, long seed) throws Exception {
        var ends = new TreeMap<String, Integer>();
        int dropped = 0;
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = IntStream.range(0, CALLERS)
                    .mapToObj(i -> callers.submit(() -> call(proxy, requests / CALLERS, new Random(seed + i))))
                    .toList();
            for (Future<Integer> caller : running) {
                dropped += dropped(caller, seed);
            }
        }
        int all = requests / CALLERS * CALLERS;
        for (int i = 0; i < all; i++) {
            ends.merge(proxy.accessJson().path("endedBy").asText(), 1, Integer::sum);
        }
        assertThat(ends)
                .as("seed %d", seed)
                .containsExactlyInAnyOrderEntriesOf(Map.of("client", dropped, "done", all - dropped));
        Await.until(() -> live.get() == 0 && cancelled.get() == begun.get());
        Await.until(() -> figures(proxy)
                .containsAll(
                        List.of("llamero_requests_running 0", "llamero_upstream_in_flight{upstream=\"default\"} 0")));
        while (!upstream.isIdle()) {
            upstream.request();
        }
    }

    private static List<String> figures(RunningProxy proxy) throws IOException {
        return proxy.admin("GET", "/metrics").body().lines().toList();
    }

    private static int dropped(Future<Integer> caller, long seed) throws InterruptedException {
        try {
            return caller.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a caller failed, seed " + seed, e.getCause());
        }
    }

    /** @return how many of its requests this caller dropped */
    private int call(RunningProxy proxy, int requests, Random random) throws Exception {
        int dropped = 0;
        for (int i = 0; i < requests; i++) {
            if (random.nextInt(5) > 0) {
                whole(proxy, PATHS.get(random.nextInt(PATHS.size())), random.nextBoolean());
            } else {
                drop(proxy, PATHS.get(random.nextInt(PATHS.size())), random);
                dropped++;
            }
        }
        return dropped;
    }

    private void whole(RunningProxy proxy, String path, boolean stream) throws IOException {
        var got = proxy.ask("POST", path, body(path, stream, "Hi"), "X-API-Key: " + key);
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.body()).contains("word");
        if (stream) {
            assertThat(got.body().strip())
                    .endsWith(
                            switch (path) {
                                case "/v1/messages" -> "{\"type\":\"message_stop\"}";
                                case "/v1/responses" -> "}";
                                default -> "[DONE]";
                            });
        }
    }

    private void drop(RunningProxy proxy, String path, Random random) throws IOException {
        try (Socket client = proxy.connect()) {
            switch (random.nextInt(4)) {
                // In the middle of the answer.
                case 0, 1 -> {
                    RunningProxy.send(client, "POST", path, body(path, true, "endless"), "X-API-Key: " + key);
                    client.getInputStream().readNBytes(1 + random.nextInt(3000));
                }
                // While the server is silent, as in prefill, or before it has the request.
                case 2 -> {
                    RunningProxy.send(
                            client, "POST", path, body(path, random.nextBoolean(), "silent"), "X-API-Key: " + key);
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                }
                // While the answer is collected for a caller who wants it whole.
                default -> {
                    RunningProxy.send(client, "POST", path, body(path, false, "endless"), "X-API-Key: " + key);
                    LockSupport.parkNanos(random.nextInt(3_000_000));
                }
            }
        }
    }

    private static String body(String path, boolean stream, String prompt) {
        String what = switch (path) {
            case "/v1/completions" -> "\"prompt\":\"" + prompt + "\"";
            case "/v1/responses" -> "\"input\":\"" + prompt + "\"";
            default -> "\"max_tokens\":100000,\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]";
        };
        return "{\"model\":\"m\",\"stream\":" + stream + "," + what + "}";
    }

    private void serve(ScriptedUpstream.Wire wire) throws Exception {
        String body = wire.request().body();
        boolean endless = body.contains("endless");
        boolean silent = body.contains("silent");
        live.incrementAndGet();
        begun.addAndGet(endless || silent ? 1 : 0);
        try {
            if (silent) {
                wire.awaitClose(new CountDownLatch(1));
                return;
            }
            String piece = body.contains("\"prompt\"") ? "{\"response\":\"word\",\"done\":false}\n" : line("word");
            wire.raw(NDJSON_HEAD);
            for (int i = 0; endless || i < 5; i++) {
                wire.chunk(piece);
                LockSupport.parkNanos(100_000);
            }
            wire.chunk(lastLine());
            wire.raw("0\r\n\r\n");
        } finally {
            cancelled.addAndGet(endless || silent ? 1 : 0);
            live.decrementAndGet();
        }
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** Platform and virtual ones. */
    private int threads() throws IOException {
        Path dump = folder.resolve("threads.json");
        Files.deleteIfExists(dump);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
        return (int) Files.readString(dump)
                .lines()
                .filter(each -> each.contains("\"tid\":"))
                .count();
    }
}
