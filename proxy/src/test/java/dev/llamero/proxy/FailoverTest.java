package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static dev.llamero.proxy.SeveralUpstreamsTest.list;
import static dev.llamero.proxy.SeveralUpstreamsTest.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.ScriptedUpstream.Script;
import dev.llamero.proxy.ScriptedUpstream.Wire;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that fails is replaced before the first byte reached the caller, where that is safe, and then left alone.
 */
class FailoverTest {
    private static final Script CUT_BEFORE_HEAD = Wire::cut;
    private static final Script GARBAGE = wire -> {
        wire.raw("SSH-2.0-OpenSSH_9.6\r\n\r\n");
        wire.cut();
    };
    private static final Script REDIRECT =
            wire -> wire.raw("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n");
    private static final Script CUT_AFTER_HEAD = wire -> {
        wire.raw(NDJSON_HEAD);
        wire.cut();
    };
    private static final Script LIES_ABOUT_LENGTH = wire -> {
        wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{\"message\"");
        wire.cut();
    };
    private static final Map<String, Script> FAILURES = Map.of(
            "busy", fixed(503, "{\"error\":\"server busy\"}"),
            "too many", fixed(429, "{\"error\":\"slow down\"}"),
            "bad gateway", fixed(502, "<html>"),
            "no such model", fixed(404, "{\"error\":\"model 'm' not found\"}"),
            "cut before the head", CUT_BEFORE_HEAD,
            "garbage", GARBAGE,
            "redirect", REDIRECT,
            "cut after the head", CUT_AFTER_HEAD,
            "lies about its length", LIES_ABOUT_LENGTH);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "busy",
                "too many",
                "bad gateway",
                "no such model",
                "cut before the head",
                "garbage",
                "redirect",
                "cut after the head",
                "lies about its length"
            })
    void anotherServerAnswersAndTheCallerNoticesNothing(String failure) throws Exception {
        for (String body : new String[] {RunningProxy.CHAT, RunningProxy.STREAM}) {
            try (var bad = new ScriptedUpstream(FAILURES.get(failure));
                    var good = new ScriptedUpstream(answer("fine"));
                    var proxy = preferring(bad, good)) {
                var got = proxy.chat(body);
                assertThat(got.status()).as(got.body()).isEqualTo(200);
                assertThat(got.body()).contains("fine");
                assertThat(got.header("X-Llamero-Upstream")).isEqualTo("good");
                bad.request();
                var line = proxy.accessJson();
                assertThat(line.path("retries").asInt()).isEqualTo(1);
                assertThat(line.path("upstream").asText()).isEqualTo("good");
                assertThat(line.path("endedBy").asText()).isEqualTo("done");
            }
        }
    }

    @Test
    void aServerThatIsDownIsReplaced() throws Exception {
        try (var good = new ScriptedUpstream(answer("fine"));
                var proxy = new RunningProxy(
                        Path.of("absent.yaml"),
                        "--upstreams",
                        list(
                                "name: bad, url: 'http://127.0.0.1:" + freePort() + "', models: [m], weight: 1000",
                                // Told, not asked: the first request may come before its list.
                                server("good", good) + ", models: [m]"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void whatBreaksTwoServersIsNotTriedOnAThird() throws Exception {
        try (var one = new ScriptedUpstream(CUT_BEFORE_HEAD);
                var two = new ScriptedUpstream(CUT_BEFORE_HEAD);
                var three = new ScriptedUpstream(answer("fine"));
                var proxy = new RunningProxy(
                        Path.of("absent.yaml"),
                        "--retries",
                        "9",
                        "--upstreams",
                        list(
                                server("one", one) + ", weight: 9",
                                server("two", two) + ", weight: 9",
                                server("three", three)))) {
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.json().at("/error/code").asText()).isEqualTo("upstream_cut");
            assertThat(three.isIdle()).isTrue();
        }
    }

    @Test
    void aServerThatWasSilentForTooLongIsNotReplacedSinceItMayStillWork() throws Exception {
        try (var bad = new ScriptedUpstream(wire -> wire.awaitClose(new CountDownLatch(1)));
                var good = new ScriptedUpstream(answer("fine"));
                var proxy = preferring(bad, good, "--first-byte-timeout", "300ms")) {
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(504);
            assertThat(got.json().at("/error/message").asText()).contains("bad at " + bad.url());
            assertThat(good.isIdle()).isTrue();
        }
    }

    @Test
    void nothingIsTriedAgainOnceTheFirstPieceHasReachedTheCaller() throws Exception {
        var read = new CountDownLatch(1);
        try (var bad = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    wire.chunk(line("one"));
                    assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.cut();
                });
                var good = new ScriptedUpstream(answer("fine"));
                var proxy = preferring(bad, good);
                var client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            RunningProxy.Answer.readHead(client.getInputStream());
            RunningProxy.Answer.readChunk(client.getInputStream());
            read.countDown();
            String event = new String(
                    RunningProxy.Answer.readChunk(client.getInputStream()), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(event).contains("bad at " + bad.url() + " closed the connection");
            assertThat(good.isIdle()).isTrue();
        }
    }

    @Test
    void theCallersOwnMistakeIsNotTriedElsewhere() throws Exception {
        try (var bad = new ScriptedUpstream(fixed(400, "{\"error\":\"bad options\"}"));
                var good = new ScriptedUpstream(answer("fine"));
                var proxy = preferring(bad, good)) {
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(400);
            assertThat(good.isIdle()).isTrue();
        }
    }

    @Test
    void zeroRetriesTryNothingAgain() throws Exception {
        try (var bad = new ScriptedUpstream(fixed(503, "{\"error\":\"server busy\"}"));
                var good = new ScriptedUpstream(answer("fine"));
                var proxy = preferring(bad, good, "--retries", "0")) {
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(503);
        }
    }

    @Test
    void theServersRetryAfterReachesTheCaller() throws Exception {
        try (var upstream = new ScriptedUpstream(
                        wire -> wire.raw("HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.CHAT).header("Retry-After")).isEqualTo("7");
        }
    }

    @Test
    void afterFailuresInARowAServerIsLeftAloneUntilAProbeSucceeds() throws Exception {
        // Not a cut: on a kept connection that would count as one that has died, and be replaced at once.
        Script[] scripts = {GARBAGE, GARBAGE, GARBAGE, answer("well again")};
        try (var upstream = new ScriptedUpstream(scripts);
                var proxy = new RunningProxy(upstream.url(), "--breaker-failures", "3", "--breaker-pause", "2s")) {
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(502);
                upstream.request();
            }
            var refused = proxy.chat(RunningProxy.CHAT);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).matches("[12]");
            assertThat(refused.json().at("/error/code").asText()).isEqualTo("upstream_unavailable");
            assertThat(refused.json().at("/error/message").asText()).contains(upstream.url());
            assertThat(upstream.isIdle()).isTrue();
            assertThat(proxy.admin("GET", "/upstreams")
                            .json()
                            .at("/upstreams/0/breaker")
                            .asText())
                    .isEqualTo("open");
            Await.until(() -> proxy.chat(RunningProxy.CHAT).status() == 200);
            assertThat(proxy.admin("GET", "/upstreams")
                            .json()
                            .at("/upstreams/0/breaker")
                            .asText())
                    .isEqualTo("closed");
        }
    }

    @Test
    void aLonelyServersOwn500sAreToldEachTime() throws Exception {
        try (var upstream = new ScriptedUpstream(fixed(500, "{\"error\":\"llama runner has terminated\"}"));
                var proxy = new RunningProxy(upstream.url(), "--breaker-failures", "2")) {
            for (int i = 0; i < 4; i++) {
                var got = proxy.chat(RunningProxy.CHAT);
                assertThat(got.status()).isEqualTo(500);
                assertThat(got.body()).contains("llama runner has terminated");
            }
        }
    }

    @Test
    void aServerThatFailsFastDoesNotAttractEveryRequest() throws Exception {
        try (var bad = new ScriptedUpstream(fixed(500, "{\"error\":\"broken\"}"));
                var good = new ScriptedUpstream(answer("fine"));
                var proxy = preferring(bad, good, "--breaker-failures", "3", "--breaker-pause", "1h")) {
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(500);
            }
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
        }
    }

    @Test
    void aServerWhoseLookFailsIsUsedLastAndComesBack() throws Exception {
        try (var one = new ScriptedUpstream(answer("one"));
                var two = new ScriptedUpstream(answer("two"));
                var proxy = preferring(one, two, "--health-interval", "100ms")) {
            assertThat(SeveralUpstreamsTest.content(proxy, "m")).isEqualTo("one");
            Script well = ScriptedUpstream.ollama("m").get("/api/tags");
            one.always("/api/tags", fixed(503, "{\"error\":\"loading\"}"));
            Await.until(() -> SeveralUpstreamsTest.content(proxy, "m").equals("two"));
            var health = proxy.ask("GET", "/healthz", "").json();
            assertThat(health.at("/upstream/reachable").asBoolean(true)).isFalse();
            assertThat(health.at("/upstreams/up").asInt()).isEqualTo(1);
            one.always("/api/tags", well);
            Await.until(() -> SeveralUpstreamsTest.content(proxy, "m").equals("one"));
        }
    }

    /** The first of two servers gets each request, as long as it is free. */
    private static RunningProxy preferring(ScriptedUpstream first, ScriptedUpstream second, String... settings)
            throws Exception {
        var all = new java.util.ArrayList<>(java.util.List.of(settings));
        all.add("--upstreams");
        all.add(list(server("bad", first) + ", weight: 100", server("good", second)));
        var proxy = new RunningProxy(Path.of("absent.yaml"), all.toArray(String[]::new));
        // Both have been looked at.
        assertThat(proxy.ask("GET", "/healthz", "").json().at("/upstreams/up").asInt())
                .isEqualTo(2);
        proxy.accessLine();
        return proxy;
    }

    private static int freePort() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return taken.getLocalPort();
        }
    }
}
