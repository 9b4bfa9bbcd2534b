package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the proxy itself refuses, always in OpenAI's error shape. */
class RefusalsTest {
    @Test
    void badBodiesAre400AndNameTheField() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            expect(proxy.chat("{}"), 400, "messages", "[] is too short - 'messages'");
            assertThat(proxy.accessJson().path("endedBy").asText()).isEqualTo("proxy");
            expect(proxy.chat(""), 400, null, "empty");
            expect(proxy.chat("not json"), 400, null, "not valid JSON");
            expect(
                    proxy.chat(RunningProxy.CHAT.replace("\"m\"", "7")),
                    400,
                    "model",
                    "model must be a string, not a number");
            // Nothing of this reached the model server, and the connection of a good request works.
            assertThat(proxy.chat(RunningProxy.CHAT).status()).isEqualTo(200);
            assertThat(upstream.connections()).isEqualTo(1);
        }
    }

    @Test
    void unknownPathAndWrongMethod() throws Exception {
        try (var proxy = new RunningProxy("http://127.0.0.1:9")) {
            expect(proxy.ask("GET", "/nope", ""), 404, null, "there is no /nope here");
            expect(proxy.ask("POST", "/v1/audio/speech", "{}"), 404, null, "/v1/embeddings");
            var method = proxy.ask("GET", "/v1/chat/completions", "");
            expect(method, 405, null, "takes POST, not GET");
            assertThat(method.header("Allow")).isEqualTo("POST");
            assertThat(method.header("X-Request-ID")).isNotEmpty();
        }
    }

    @Test
    void aBodyOverTheLimitIs413WhetherItsLengthIsSaidOrNot() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url(), "--max-body", "2K")) {
            String large = RunningProxy.CHAT.replace("Hi", "x".repeat(3000));
            expect(proxy.chat(large, "X-Request-ID: big"), 413, null, "max-body");
            JsonNode line = proxy.accessJson();
            assertThat(line.path("id").asText()).isEqualTo("big");
            assertThat(line.path("status").asInt()).isEqualTo(413);
            try (Socket client = proxy.connect()) {
                client.getOutputStream()
                        .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked"
                                        + "\r\n\r\n" + Integer.toHexString(large.length()) + "\r\n" + large
                                        + "\r\n0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                expect(RunningProxy.Answer.read(client.getInputStream()), 413, null, "max-body");
            }
            assertThat(proxy.chat(RunningProxy.CHAT.replace("Hi", "x".repeat(1000)))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aChunkedBodyIsTaken() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url());
                Socket client = proxy.connect()) {
            String body = RunningProxy.CHAT;
            client.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\n"
                                    + "Host: localhost\r\n"
                                    + "Transfer-Encoding:"
                                    + " chunked\r\n\r\n"
                                    + "5\r\n" + body.substring(0, 5) + "\r\n"
                                    + Integer.toHexString(body.length() - 5)
                                    + "\r\n" + body.substring(5) + "\r\n0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(RunningProxy.Answer.read(client.getInputStream()).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whatIsNoHttpIsAnsweredInOpenAiShape() throws Exception {
        try (var proxy = new RunningProxy("http://127.0.0.1:9");
                Socket client = proxy.connect()) {
            client.getOutputStream()
                    .write("GET /bad path HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var got = RunningProxy.Answer.read(client.getInputStream());
            expect(got, 400, null, "not valid HTTP");
        }
    }

    @Test
    void withAKeyOnlyItsBearerMayCall() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url(), "--api-key", "s3cret")) {
            var none = proxy.chat(RunningProxy.CHAT);
            expect(none, 401, null, "Authorization: Bearer KEY");
            assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
            expect(proxy.chat(RunningProxy.CHAT, "Authorization: Bearer s3cre"), 401, null, "not one of this proxy's");
            expect(proxy.chat(RunningProxy.CHAT, "Authorization: Basic s3cret"), 401, null, "needs an API key");
            assertThat(proxy.ask("GET", "/v1/models", "").status()).isEqualTo(401);
            assertThat(proxy.chat(RunningProxy.CHAT, "Authorization: bearer s3cret", "Origin: https://a.example")
                            .status())
                    .isEqualTo(200);
            assertThat(upstream.request().header("Authorization")).isEmpty();
            assertThat(proxy.ask("GET", "/healthz", "").status()).isEqualTo(200);
        }
    }

    @Test
    void withoutAKeyPagesOfOtherSitesMayNotCall() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            expect(proxy.chat(RunningProxy.CHAT, "Origin: https://evil.example"), 403, null, "other sites");
            expect(proxy.chat(RunningProxy.CHAT, "Origin: null"), 403, null, "other sites");
            assertThat(proxy.chat(RunningProxy.CHAT, "Origin: http://localhost:3000")
                            .status())
                    .isEqualTo(200);
            try (Socket client = proxy.connect()) {
                client.getOutputStream()
                        .write("GET /v1/models HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                expect(RunningProxy.Answer.read(client.getInputStream()), 403, null, "Host header");
            }
        }
    }

    private static void expect(RunningProxy.Answer got, int status, String param, String message) throws Exception {
        assertThat(got.status()).as(got.body()).isEqualTo(status);
        JsonNode error = got.json().path("error");
        assertThat(error.path("message").asText()).contains(message);
        assertThat(error.path("type").asText()).isEqualTo(status == 404 ? "not_found_error" : "invalid_request_error");
        assertThat(error.has("param")).isTrue();
        assertThat(error.path("param").textValue()).isEqualTo(param);
        assertThat(error.has("code")).isTrue();
    }
}
