package dev.llamero.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages on the list may call, and others get no word that a browser would let them read. */
class CorsTest {
    private static final String PAGE = "https://app.example";

    @Test
    void aPageOnTheListMayAskAndCall() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("hello"));
                var proxy = new RunningProxy(upstream.url(), "--cors-origins", PAGE, "--api-key", "secret")) {
            var preflight = proxy.ask(
                    "OPTIONS",
                    "/v1/chat/completions",
                    "",
                    "Origin: " + PAGE,
                    "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: authorization, content-type");
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(preflight.header("Access-Control-Allow-Methods")).contains("POST");
            assertThat(preflight.header("Access-Control-Allow-Headers")).isEqualTo("authorization, content-type");
            assertThat(preflight.header("Access-Control-Allow-Credentials")).isEmpty();

            var answer = proxy.chat(RunningProxy.CHAT, "Origin: " + PAGE, "Authorization: Bearer secret");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Vary")).contains("Origin");
            var readable =
                    List.of(answer.header("Access-Control-Expose-Headers").split(", *"));
            assertThat(readable)
                    .as("headers of answers that a page may read")
                    .contains("X-Request-ID", "traceparent", "Retry-After", "Server-Timing", "X-Llamero-Overhead-Ms")
                    .contains("X-Llamero-Upstream", "x-ratelimit-limit-requests", "x-ratelimit-reset-tokens");
            for (String sent : List.of("X-Request-ID", "traceparent", "Server-Timing", "X-Llamero-Overhead-Ms")) {
                assertThat(answer.header(sent)).as(sent).isNotEmpty();
            }

            var refused = proxy.chat(RunningProxy.CHAT, "Origin: " + PAGE);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("Access-Control-Allow-Origin"))
                    .as("so that the page can read why")
                    .isEqualTo(PAGE);
        }
    }

    @Test
    void anotherPageGetsNoHeader() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("hello"));
                var proxy = new RunningProxy(upstream.url(), "--cors-origins", PAGE, "--api-key", "secret")) {
            var preflight = proxy.ask(
                    "OPTIONS",
                    "/v1/chat/completions",
                    "",
                    "Origin: https://app.example.evil",
                    "Access-Control-Request-Method: POST");
            assertThat(preflight.status()).isNotEqualTo(204);
            assertThat(preflight.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }

    @Test
    void withoutAKeyThePageOnTheListMayCallAndNoOther() throws Exception {
        try (var upstream = new ScriptedUpstream(ScriptedUpstream.answer("hello"));
                var proxy = new RunningProxy(upstream.url(), "--cors-origins", PAGE)) {
            assertThat(proxy.chat(RunningProxy.CHAT, "Origin: " + PAGE).status())
                    .isEqualTo(200);
            assertThat(proxy.chat(RunningProxy.CHAT, "Origin: https://evil.example")
                            .status())
                    .isEqualTo(403);
        }
    }
}
