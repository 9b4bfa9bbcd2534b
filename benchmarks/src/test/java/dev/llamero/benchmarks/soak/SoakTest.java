package dev.llamero.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.llamero.benchmarks.load.Progress;
import dev.llamero.benchmarks.servers.ServerKind;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the soak finds in servers that leak, and that it finds nothing in those that do not. */
class SoakTest {
    private static final long MIB = 1 << 20;

    @Test
    void aThreadAndMemoryPerDroppedRequestAreFound() throws Exception {
        var leaked = new AtomicInteger();
        Soak.Outcome outcome = soak(leaked, () -> new Vitals(40 + leaked.get(), (100 + leaked.get()) * MIB));
        assertThat(outcome.counts().get("dropped")).isBetween(20, 60);
        assertThat(outcome.findings()).hasSize(2);
        assertThat(outcome.findings().get(0)).startsWith("threads: ");
        assertThat(outcome.findings().get(1)).startsWith("memory: ").endsWith("with no model loaded");
    }

    @Test
    void aServerThatKeepsNothingHasNoFindings() throws Exception {
        Soak.Outcome outcome = soak(new AtomicInteger(), () -> new Vitals(40, 100 * MIB));
        assertThat(outcome.findings()).isEmpty();
        assertThat(outcome.counts().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(200);
    }

    @Test
    void otherAnswersThanAFreshServersAreFound() {
        assertThat(Answers.differences(Map.of("q", "a"), Map.of("q", "a"))).isEmpty();
        assertThat(Answers.differences(Map.of("q", "a"), Map.of("q", "b")))
                .singleElement()
                .asString()
                .contains("differs from a fresh server's: b instead of a");
    }

    @Test
    void trafficIsTheSameForASeedAndMixed() {
        var traffic = new Traffic(7, List.of("a", "b"), "");
        List<Call> calls = IntStream.range(0, 2_000).mapToObj(traffic::call).toList();
        assertThat(calls)
                .isEqualTo(IntStream.range(0, 2_000).mapToObj(traffic::call).toList());
        assertThat(calls.stream().map(Call::kind).distinct())
                .containsExactlyInAnyOrder(
                        "chat", "generate", "tools", "format", "embed", "list", "chat and unload", "openai", "error");
        assertThat(calls.stream().filter(call -> call.dropAfterMillis() >= 0).count())
                .isBetween(330L, 470L);
    }

    /** A server whose answers take until their client leaves, or a moment; each client that leaves is leaked. */
    private static Soak.Outcome soak(AtomicInteger leaked, Vitals.Signs signs) throws Exception {
        var traffic = new Traffic(3, List.of("a", "b"), "");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(threads);
            var calls = IntStream.range(0, 200).mapToObj(traffic::call).toList();
            server.createContext("/", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String path = exchange.getRequestURI().getPath();
                // Lists are asked with one and the same body, by clients that stay and by others.
                List<Call> same = calls.stream()
                        .filter(each -> each.path().equals(path) && each.body().equals(body))
                        .toList();
                boolean dropped = same.stream().allMatch(each -> each.dropAfterMillis() >= 0);
                try (exchange) {
                    exchange.sendResponseHeaders(same.getFirst().statusLeast(), 0);
                    write(exchange.getResponseBody(), dropped);
                } catch (IOException e) {
                    leaked.incrementAndGet();
                }
            });
            server.start();
            var target = new Target(
                    "s",
                    ServerKind.OLLAMA,
                    URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                    "a",
                    "");
            var progress = new Progress(new PrintStream(OutputStream.nullOutputStream()), false, 200);
            return new Soak(target, traffic, signs, progress).run(200, 8, 8 * MIB);
        } finally {
            server.stop(0);
        }
    }

    private static void write(OutputStream out, boolean untilTheClientLeaves) throws IOException {
        do {
            out.write("{}\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            LockSupport.parkNanos(1_000_000);
        } while (untilTheClientLeaves);
    }
}
