package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static dev.llamero.proxy.ScriptedUpstream.lastLine;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A model server that is down, refuses, stalls, breaks off or lies: what the caller and the log are told. */
class UpstreamFailsTest {
    @Test
    void downIs502WithARemedy() throws Exception {
        int free;
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = taken.getLocalPort();
        }
        try (var proxy = new RunningProxy("http://127.0.0.1:" + free)) {
            for (String body : new String[] {RunningProxy.CHAT, RunningProxy.STREAM}) {
                var got = proxy.chat(body);
                assertThat(got.status()).isEqualTo(502);
                assertThat(got.header("Content-Type")).isEqualTo("application/json");
                JsonNode error = got.json().path("error");
                assertThat(error.path("type").asText()).isEqualTo("api_error");
                assertThat(error.path("code").asText()).isEqualTo("upstream_unreachable");
                assertThat(error.path("message").asText())
                        .contains("http://127.0.0.1:" + free)
                        .contains("start it");
                JsonNode line = proxy.accessJson();
                assertThat(line.path("endedBy").asText()).isEqualTo("upstream");
                assertThat(line.has("retries")).as("there is no other server").isFalse();
            }
            assertThat(proxy.ask("GET", "/v1/models", "").status()).isEqualTo(502);
        }
    }

    @Test
    void itsErrorsKeepTheirStatusAndSentence() throws Exception {
        try (var upstream = new ScriptedUpstream(
                        fixed(404, "{\"error\":\"model 'm' not found\"}"),
                        fixed(503, "{\"error\":\"server busy, please try again.\"}"),
                        fixed(500, "not json"),
                        fixed(302, ""));
                var proxy = new RunningProxy(upstream.url())) {
            var absent = proxy.chat(RunningProxy.STREAM);
            assertThat(absent.status()).isEqualTo(404);
            assertThat(absent.json().at("/error/message").asText()).isEqualTo("model 'm' not found");
            assertThat(absent.json().at("/error/type").asText()).isEqualTo("not_found_error");
            var busy = proxy.chat(RunningProxy.CHAT);
            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.json().at("/error/message").asText()).isEqualTo("server busy, please try again.");
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(500);
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(502);
        }
    }

    @Test
    void anErrorLineBeforeTheFirstTokenIsAStatus() throws Exception {
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw(NDJSON_HEAD);
                    wire.chunk("{\"error\":\"out of memory\"}\n");
                    wire.raw("0\r\n\r\n");
                });
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.STREAM);
            assertThat(got.status()).isEqualTo(500);
            assertThat(got.json().at("/error/message").asText()).isEqualTo("out of memory");
        }
    }

    @Test
    void cutInTheMiddleIsAnErrorEventAndNoDone() throws Exception {
        expectErrorEvent("closed the connection", "upstream", wire -> {
            wire.cut();
        });
    }

    @Test
    void cutInTheMiddleOfACharacterSendsNoHalfCharacter() throws Exception {
        expectErrorEvent("closed the connection", "upstream", wire -> {
            wire.raw("400\r\n{\"message\":{\"content\":\"");
            wire.raw(new byte[] {(byte) 0xe4, (byte) 0xbd});
            wire.cut();
        });
    }

    @Test
    void anEndWithoutALastLineIsAnErrorEvent() throws Exception {
        expectErrorEvent("before it was complete", "upstream", wire -> {
            wire.raw("0\r\n\r\n");
        });
    }

    @Test
    void anErrorLineInTheMiddleIsAnErrorEvent() throws Exception {
        expectErrorEvent("out of memory", "upstream", wire -> {
            wire.chunk("{\"error\":\"out of memory\"}\n");
            wire.raw("0\r\n\r\n");
        });
    }

    @Test
    void garbageInTheMiddleIsAnErrorEvent() throws Exception {
        expectErrorEvent("not JSON", "upstream", wire -> {
            wire.chunk("<html>\n" + lastLine());
            wire.raw("0\r\n\r\n");
        });
    }

    @Test
    void aChunkThatLiesAboutItsSizeIsAnErrorEvent() throws Exception {
        expectErrorEvent("not HTTP", "upstream", wire -> {
            wire.raw("3\r\n\n\n\nmore than three\r\n");
            wire.raw("0\r\n\r\n");
        });
    }

    @Test
    void silenceInTheMiddleIsAnErrorEvent() throws Exception {
        expectErrorEvent(
                "sent nothing for",
                "deadline",
                wire -> {
                    wire.awaitClose(new java.util.concurrent.CountDownLatch(1));
                },
                "--silence-timeout",
                "300ms");
    }

    @Test
    void aLineWithoutEndIsAnErrorEventAndNotAllTheMemory() throws Exception {
        expectErrorEvent("a line of more than", "upstream", wire -> {
            wire.raw("fffffff\r\n{\"message\":{\"content\":\"");
            while (true) {
                wire.raw("x".repeat(64 << 10));
            }
        });
    }

    @Test
    void noFirstByteIs504() throws Exception {
        try (var upstream = new ScriptedUpstream(wire -> wire.awaitClose(new java.util.concurrent.CountDownLatch(1)));
                var proxy = new RunningProxy(upstream.url(), "--first-byte-timeout", "300ms")) {
            var got = proxy.chat(RunningProxy.STREAM);
            assertThat(got.status()).isEqualTo(504);
            assertThat(got.json().at("/error/code").asText()).isEqualTo("upstream_timeout");
            assertThat(got.json().at("/error/message").asText()).contains("300 ms");
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("deadline");
        }
    }

    @Test
    void aHeadThatDribblesForEverIs504() throws Exception {
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw("HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < 100_000; i++) {
                        wire.raw("X");
                        // Slower than the head's limit in bytes, faster than any limit on a single read.
                        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                    }
                });
                var proxy = new RunningProxy(upstream.url(), "--first-byte-timeout", "300ms")) {
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(504);
        }
    }

    @Test
    void anAnswerThatIsNoHttpIs502() throws Exception {
        String[] lies = {
            "SSH-2.0-OpenSSH_9.6\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"
        };
        for (String lie : lies) {
            try (var upstream = new ScriptedUpstream(wire -> {
                        wire.raw(lie);
                        wire.cut();
                    });
                    var proxy = new RunningProxy(upstream.url())) {
                var got = proxy.chat(RunningProxy.CHAT);
                assertThat(got.status()).as(lie.substring(0, 20)).isEqualTo(502);
                assertThat(got.json().at("/error/message").asText()).isNotBlank();
            }
        }
    }

    @Test
    void aServerThatReadsNothingOfALargeRequestIs504() throws Exception {
        try (var deaf = new ServerSocket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String list = "[{url: 'http://127.0.0.1:" + deaf.getLocalPort() + "', kind: ollama, models: [m]}]";
            try (var proxy = new RunningProxy(
                    java.nio.file.Path.of("absent.yaml"), "--upstreams", list, "--first-byte-timeout", "1s")) {
                var got = proxy.chat(RunningProxy.CHAT.replace("Hi", "x".repeat(15 << 20)));
                assertThat(got.status()).as(got.body()).isEqualTo(504);
                assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("deadline");
            }
        }
    }

    @Test
    void aWholeAnswerThatFloodsIsAnErrorAndNotAllTheMemory() throws Exception {
        try (var upstream = new ScriptedUpstream(wire -> {
                    wire.raw("HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n");
                    while (true) {
                        wire.raw("x".repeat(64 << 10));
                    }
                });
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.CHAT);
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.json().at("/error/message").asText()).contains("more than 1048576 bytes");
        }
    }

    /** @param rest what the upstream does once the first piece has reached the caller */
    private static void expectErrorEvent(
            String message, String endedBy, ScriptedUpstream.Script rest, String... settings) throws Exception {
        var firstIsRead = new CountDownLatch(1);
        ScriptedUpstream.Script script = wire -> {
            wire.raw(NDJSON_HEAD);
            wire.chunk(line("one"));
            assertThat(firstIsRead.await(20, TimeUnit.SECONDS)).isTrue();
            rest.run(wire);
        };
        try (var upstream = new ScriptedUpstream(script);
                var proxy = new RunningProxy(upstream.url(), settings);
                Socket client = proxy.connect()) {
            RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM);
            InputStream in = client.getInputStream();
            assertThat(RunningProxy.Answer.readHead(in)).startsWith("HTTP/1.1 200 ");
            assertThat(new String(RunningProxy.Answer.readChunk(in), StandardCharsets.UTF_8))
                    .contains("\"content\":\"one\"");
            firstIsRead.countDown();
            String event = new String(RunningProxy.Answer.readChunk(in), StandardCharsets.UTF_8);
            JsonNode error = new ObjectMapper()
                    .readTree(event.substring("data: ".length()))
                    .path("error");
            assertThat(error.path("message").asText()).contains(message);
            assertThat(error.path("type").asText()).isEqualTo("api_error");
            assertThat(RunningProxy.Answer.readChunk(in)).as("nothing follows").isEmpty();
            JsonNode line = proxy.accessJson();
            assertThat(line.path("endedBy").asText()).isEqualTo(endedBy);
            assertThat(line.path("error").asText()).isNotBlank();
        }
    }
}
