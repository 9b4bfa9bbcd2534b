package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Questions that are answered: bytes on both sides, ids, figures. */
class ChatThroughProxyTest {
    private static final String TEXT = "你好，世界 🦙🇨🇳 é";

    @Test
    void wholeAnswerWithIdAndFigures() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("Hel", "lo"));
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.CHAT, "X-Request-ID: my.id-1");
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.header("Content-Type")).isEqualTo("application/json");
            assertThat(got.header("X-Request-ID")).isEqualTo("my.id-1");
            assertThat(got.header("Server-Timing")).matches("head;dur=[\\d.]+, first;dur=[\\d.]+, total;dur=[\\d.]+");
            assertThat(got.json().at("/choices/0/message/content").asText()).isEqualTo("Hello");
            assertThat(got.json().at("/usage/total_tokens").asInt()).isEqualTo(15);
            assertThat(got.json().path("id").asText()).startsWith("chatcmpl-");
            var seen = upstream.request();
            assertThat(seen.head()).startsWith("POST /api/chat HTTP/1.1\r\n");
            assertThat(seen.header("X-Request-ID")).isEqualTo("my.id-1");
            assertThat(new ObjectMapper()
                            .readTree(seen.body())
                            .at("/messages/0/content")
                            .asText())
                    .isEqualTo("Hi");
            JsonNode line = proxy.accessJson();
            assertThat(line.path("id").asText()).isEqualTo("my.id-1");
            assertThat(line.path("model").asText()).isEqualTo("m");
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("promptTokens").asInt()).isEqualTo(12);
            assertThat(line.path("completionTokens").asInt()).isEqualTo(3);
            assertThat(line.path("endedBy").asText()).isEqualTo("done");
            assertThat(line.has("firstTokenMs")).isTrue();
            assertThat(line.toString()).doesNotContain("Hi\"").doesNotContain("Hello");
        }
    }

    @Test
    void noOptionIsSentThatTheCallerDidNotSet() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            proxy.chat(RunningProxy.CHAT);
            assertThat(new ObjectMapper().readTree(upstream.request().body()).get("options"))
                    .isEmpty();
        }
    }

    @Test
    void aMissingOrInsaneIdIsReplaced() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            for (String header : new String[] {"X-Other: 1", "X-Request-ID: a b", "X-Request-ID: " + "x".repeat(129)}) {
                String id = proxy.chat(RunningProxy.CHAT, header).header("X-Request-ID");
                assertThat(id).matches("req-[0-9a-f]{32}");
                assertThat(upstream.request().header("X-Request-ID")).isEqualTo(id);
                assertThat(proxy.accessJson().path("id").asText()).isEqualTo(id);
            }
        }
    }

    @Test
    void eachPieceReachesTheClientBeforeTheNextIsSent() throws Exception {
        var firstWasRead = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    wire.chunk(line("one"));
                    assertThat(firstWasRead.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.chunk(line("two") + lastLine());
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            var in = client.getInputStream();
            String head = RunningProxy.Answer.readHead(in);
            assertThat(head).contains("Content-Type: text/event-stream").contains("X-Request-ID: ");
            String first = new String(RunningProxy.Answer.readChunk(in), StandardCharsets.UTF_8);
            assertThat(first).contains("\"content\":\"one\"").endsWith("\n\n");
            firstWasRead.countDown();
            String rest = new String(RunningProxy.Answer.readChunk(in), StandardCharsets.UTF_8);
            assertThat(rest).contains("\"content\":\"two\"").endsWith("data: [DONE]\n\n");
            assertThat(RunningProxy.Answer.readChunk(in)).isEmpty();
            assertThat(proxy.accessJson().path("stream").asBoolean()).isTrue();
        }
    }

    @Test
    void aClientThatHangsUpOnDoneHasNotLeft() throws Exception {
        var hungUp = new CountDownLatch(1);
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    wire.chunk(line("one") + lastLine());
                    // The end of the body comes after the client is gone, or not within the proxy's patience.
                    hungUp.await(20, TimeUnit.SECONDS);
                });
                var proxy = new RunningProxy(upstream.url())) {
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                RunningProxy.Answer.readHead(client.getInputStream());
                String events =
                        new String(RunningProxy.Answer.readChunk(client.getInputStream()), StandardCharsets.UTF_8);
                assertThat(events).endsWith("data: [DONE]\n\n");
            }
            JsonNode line = proxy.accessJson();
            assertThat(line.path("endedBy").asText()).isEqualTo("done");
            assertThat(line.path("status").asInt()).isEqualTo(200);
            hungUp.countDown();
        }
    }

    @Test
    void chineseAndEmojiSurviveAnUpstreamThatDribblesBytes() throws Exception {
        String body = line(TEXT) + line("—") + lastLine();
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        ScriptedUpstream.Script dribbled = wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            wire.dribble(body);
        };
        ScriptedUpstream.Script chunkPerByte = wire -> {
            wire.raw(NDJSON_HEAD);
            for (byte b : body.getBytes(StandardCharsets.UTF_8)) {
                wire.raw(new byte[] {'1', '\r', '\n', b, '\r', '\n'});
            }
            wire.raw("0\r\n\r\n");
        };
        ScriptedUpstream.Script toTheEnd = wire -> {
            wire.raw("HTTP/1.0 200 OK\r\n\r\n" + body);
            wire.cut();
        };
        try (var upstream = new ScriptedUpstream(dribbled, chunkPerByte, toTheEnd);
                var proxy = new RunningProxy(upstream.url())) {
            for (int i = 0; i < 3; i++) {
                String events = proxy.chat(RunningProxy.STREAM).body();
                assertThat(events).contains("\"content\":\"" + TEXT + "\"").endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    void aConnectionToTheUpstreamIsUsedAgain() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("a"));
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
                assertThat(RunningProxy.Answer.read(client.getInputStream()).body())
                        .endsWith("[DONE]\n\n");
            }
            assertThat(upstream.connections()).isEqualTo(1);
        }
    }

    @Test
    void aKeptConnectionThatDiedIsReplacedWithoutTheCallerNoticing() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("a"), ScriptedUpstream.Wire::cut, answer("b"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("\"content\":\"a\"");
            assertThat(proxy.chat(RunningProxy.CHAT).body()).contains("\"content\":\"b\"");
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    @Test
    void twoRequestsSentAtOnceAreAnsweredInOrder() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("first"), answer("second"));
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.CHAT);
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.CHAT);
            assertThat(RunningProxy.Answer.read(client.getInputStream()).body()).contains("first");
            assertThat(RunningProxy.Answer.read(client.getInputStream()).body()).contains("second");
        }
    }

    @Test
    void aConnectionIsClosedAfterTheAnswerIfTheClientAsksForIt() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            for (String body : new String[] {RunningProxy.STREAM, RunningProxy.CHAT, "{}"}) {
                try (Socket client = proxy.connect()) {
                    RunningProxy.send(client, "POST", "/v1/chat/completions", body, "Connection: close");
                    assertThat(RunningProxy.Answer.read(client.getInputStream()).body())
                            .isNotEmpty();
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void modelsAndOneModel() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.ollama("qwen3:32b"), answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.ask("GET", "/v1/models", "")
                            .json()
                            .at("/data/0/id")
                            .asText())
                    .isEqualTo("qwen3:32b");
            assertThat(proxy.ask("GET", "/v1/models/qwen3:32b", "")
                            .json()
                            .path("object")
                            .asText())
                    .isEqualTo("model");
            var absent = proxy.ask("GET", "/v1/models/other", "");
            assertThat(absent.status()).isEqualTo(404);
            assertThat(absent.json().at("/error/message").asText()).isEqualTo("model 'other' not found");
        }
    }

    @Test
    void healthTellsOfTheUpstream() throws Exception {
        var upstream = new ScriptedUpstream(answer("x"));
        try (var proxy = new RunningProxy(upstream.url())) {
            JsonNode well = proxy.ask("GET", "/healthz", "").json();
            assertThat(well.path("status").asText()).isEqualTo("ok");
            assertThat(well.path("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
            assertThat(well.at("/upstream/reachable").asBoolean()).isTrue();
            assertThat(well.at("/upstream/version").asText()).isEqualTo("0.21.0");
            assertThat(well.at("/upstream/latencyMs").isNumber()).isTrue();
        }
        upstream.close();
        try (var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.ask("GET", "/healthz", "");
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.json().at("/upstream/reachable").asBoolean(true)).isFalse();
            assertThat(got.json().at("/upstream/error").asText()).contains("not reachable");
        }
    }
}
