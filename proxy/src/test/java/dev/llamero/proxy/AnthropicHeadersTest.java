package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Anthropic's clients look for beside the body: the id of the request, and what their key has left. */
class AnthropicHeadersTest {
    @TempDir
    private Path folder;

    @Test
    void anthropicsClientsAreToldInTheirOwnHeadersAndErrors() throws Exception {
        var keys = new KeyFile(folder.resolve("keys.json"));
        String key = keys.add("ann", new KeyLimits(1, 1_000, 0, 0, 0), List.of(), Optional.empty(), Instant.EPOCH);
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(
                        upstream.url(), "--keys-file", keys.path().toString())) {
            Instant before = Instant.now();
            var first = proxy.ask("POST", "/v1/messages", message(true), "X-API-Key: " + key);
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("request-id"))
                    .isNotEmpty()
                    .isEqualTo(first.header("X-Request-ID"))
                    .isEqualTo(upstream.request().header("X-Request-ID"));
            assertThat(first.header("anthropic-ratelimit-requests-limit")).isEqualTo("1");
            assertThat(first.header("anthropic-ratelimit-requests-remaining")).isEqualTo("0");
            assertThat(first.header("anthropic-ratelimit-tokens-limit")).isEqualTo("1000");
            assertThat(Integer.parseInt(first.header("anthropic-ratelimit-tokens-remaining")))
                    .isBetween(900, 999);
            for (String what : List.of("requests", "tokens")) {
                String reset = first.header("anthropic-ratelimit-" + what + "-reset");
                assertThat(reset).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
                assertThat(Instant.parse(reset)).isBetween(before, Instant.now().plusSeconds(61));
            }
            assertThat(first.head()).doesNotContainIgnoringCase("x-ratelimit");

            var refused = proxy.ask("POST", "/v1/messages", message(false), "X-API-Key: " + key);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            assertThat(refused.header("anthropic-ratelimit-requests-remaining")).isEqualTo("0");
            assertThat(refused.json().path("type").asText()).isEqualTo("error");
            assertThat(refused.json().at("/error/type").asText()).isEqualTo("rate_limit_error");
            assertThat(refused.json().path("request_id").asText()).isEqualTo(refused.header("request-id"));

            assertThat(proxy.chat(RunningProxy.CHAT, "X-API-Key: " + key).head())
                    .contains("x-ratelimit-limit-requests")
                    .doesNotContainIgnoringCase("anthropic-ratelimit")
                    .doesNotContain("request-id:");
        }
    }

    @Test
    void errorsBeforeRoutingHaveTheIdAndTheShapeToo() throws Exception {
        try (var proxy = new RunningProxy("http://127.0.0.1:9", "--max-body", "2K")) {
            var none = proxy.ask("GET", "/v1/messages", "");
            assertThat(none.status()).isEqualTo(405);
            assertThat(none.json().path("request_id").asText()).isNotEmpty().isEqualTo(none.header("request-id"));
            try (Socket client = proxy.connect()) {
                client.getOutputStream()
                        .write(("POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n{")
                                .getBytes(StandardCharsets.US_ASCII));
                var large = RunningProxy.Answer.read(client.getInputStream());
                assertThat(large.status()).isEqualTo(413);
                assertThat(large.json().at("/error/type").asText()).isEqualTo("request_too_large");
                assertThat(large.json().path("request_id").asText())
                        .isNotEmpty()
                        .isEqualTo(large.header("request-id"));
            }
        }
    }

    private static String message(boolean stream) {
        return "{\"model\":\"m\",\"max_tokens\":9,\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }
}
