package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.SeveralUpstreamsTest.list;
import static dev.llamero.proxy.SeveralUpstreamsTest.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.ScriptedUpstream.Script;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Servers that are full: who waits, in which order, how long, and what leaving does. */
class WaitingLineTest {
    private static final int BOUND_SECONDS = 20;

    private final Semaphore answers = new Semaphore(0);
    private final Script held = wire -> {
        assertThat(answers.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        answer("x").run(wire);
    };

    @Test
    void noMoreThanMaxConcurrentReachTheServerAndAllAreAnsweredInOrder() throws Exception {
        try (var upstream = new ScriptedUpstream(held);
                var proxy = proxy(upstream, 1);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = IntStream.range(0, 4)
                    .mapToObj(i -> {
                        Future<RunningProxy.Answer> caller =
                                callers.submit(() -> proxy.chat(RunningProxy.CHAT, "X-Request-ID: " + i));
                        awaitWaiting(proxy, i);
                        return caller;
                    })
                    .toList();
            for (int i = 0; i < 4; i++) {
                assertThat(upstream.request().header("X-Request-ID")).isEqualTo(String.valueOf(i));
                assertThat(upstream.isIdle()).as("one at a time").isTrue();
                answers.release();
            }
            for (Future<RunningProxy.Answer> caller : done) {
                assertThat(caller.get(BOUND_SECONDS, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aFullLineIs503AtOnce() throws Exception {
        try (var upstream = new ScriptedUpstream(held);
                var proxy = proxy(upstream, 1, "--queue-max", "1");
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            callers.submit(() -> proxy.chat(RunningProxy.CHAT));
            upstream.request();
            callers.submit(() -> proxy.chat(RunningProxy.CHAT));
            awaitWaiting(proxy, 1);
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.json().at("/error/code").asText()).isEqualTo("upstream_busy");
            assertThat(got.json().at("/error/message").asText()).contains("queue-max");
            assertThat(got.header("Retry-After")).isEqualTo("1");
            answers.release(2);
        }
    }

    @Test
    void aWaitThatIsTooLongIs503() throws Exception {
        try (var upstream = new ScriptedUpstream(held);
                var proxy = proxy(upstream, 1, "--queue-timeout", "200ms");
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            callers.submit(() -> proxy.chat(RunningProxy.CHAT));
            upstream.request();
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.json().at("/error/message").asText()).contains("queue-timeout");
            answers.release();
        }
    }

    @Test
    void whoLeavesTheLineFreesItAndNeverReachesTheServer() throws Exception {
        try (var upstream = new ScriptedUpstream(held);
                var proxy = proxy(upstream, 1);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = callers.submit(() -> proxy.chat(RunningProxy.CHAT));
            upstream.request();
            try (Socket leaver = proxy.connect()) {
                RunningProxy.send(leaver, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                awaitWaiting(proxy, 1);
            }
            var line = proxy.accessJson();
            assertThat(line.path("endedBy").asText()).isEqualTo("client");
            assertThat(line.path("status").asInt()).isEqualTo(499);
            awaitWaiting(proxy, 0);
            answers.release();
            assertThat(first.get(BOUND_SECONDS, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(upstream.isIdle()).isTrue();
        }
    }

    @Test
    void whoWaitsForOneServerDoesNotHoldUpThoseOfAnother() throws Exception {
        try (var full = new ScriptedUpstream(ScriptedUpstream.ollama("full"), held);
                var free = new ScriptedUpstream(ScriptedUpstream.ollama("free"), answer("free"));
                var proxy = new RunningProxy(
                        Path.of("absent.yaml"),
                        "--queue-max",
                        "1",
                        "--upstreams",
                        list(server("full", full) + ", max-concurrent: 1", server("free", free)));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            callers.submit(() -> proxy.chat(SeveralUpstreamsTest.chat("full")));
            full.request();
            callers.submit(() -> proxy.chat(SeveralUpstreamsTest.chat("full")));
            awaitWaiting(proxy, 1);
            assertThat(SeveralUpstreamsTest.content(proxy, "free")).isEqualTo("free");
            answers.release(2);
        }
    }

    @Test
    void callersThatAllLeaveGiveTheirPlacesBack() throws Exception {
        var started = new CountDownLatch(3);
        try (var upstream = new ScriptedUpstream(wire -> {
                    started.countDown();
                    wire.awaitClose(new CountDownLatch(1));
                });
                var proxy = proxy(upstream, 3)) {
            List<Socket> clients =
                    Stream.of(proxy.connect(), proxy.connect(), proxy.connect()).toList();
            for (Socket client : clients) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.CHAT);
            }
            assertThat(started.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
            for (Socket client : clients) {
                client.close();
            }
            Await.until(() -> proxy.admin("GET", "/upstreams")
                            .json()
                            .at("/upstreams/0/inFlight")
                            .asInt()
                    == 0);
        }
    }

    private static void awaitWaiting(RunningProxy proxy, int count) {
        try {
            Await.until(() -> {
                var state = proxy.admin("GET", "/upstreams").json();
                return state.path("waiting").asInt() == count
                        && (count > 0 || state.at("/upstreams/0/inFlight").asInt() == 1);
            });
        } catch (Exception e) {
            throw new AssertionError("nobody waits", e);
        }
    }

    private static RunningProxy proxy(ScriptedUpstream upstream, int concurrentMax, String... settings) {
        return new RunningProxy(
                Path.of("absent.yaml"),
                Stream.concat(
                                Stream.of(settings),
                                Stream.of(
                                        "--upstreams",
                                        list(server("one", upstream) + ", max-concurrent: " + concurrentMax)))
                        .toArray(String[]::new));
    }
}
