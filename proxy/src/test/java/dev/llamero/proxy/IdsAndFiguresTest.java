package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.answer;
import static dev.llamero.proxy.ScriptedUpstream.fixed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of a request on all layers and afterwards: ids, traces, its line in the log, figures. */
class IdsAndFiguresTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @Test
    void aTraceGoesThroughWithASpanOfTheProxysOwn() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.STREAM, "traceparent: " + PARENT, "tracestate: a=b,c=d");
            var seen = upstream.request();
            assertThat(seen.header("traceparent"))
                    .matches("00-" + TRACE + "-[0-9a-f]{16}-01")
                    .isNotEqualTo(PARENT);
            assertThat(seen.header("tracestate")).isEqualTo("a=b,c=d");
            assertThat(got.header("traceparent")).isEqualTo(seen.header("traceparent"));
            assertThat(proxy.accessJson().path("trace").asText()).isEqualTo(TRACE);
        }
    }

    /** As RFC 9110, section 5.3, joins what came in several lines. */
    @Test
    void aTracestateInSeveralLinesGoesOnWhole() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            proxy.chat(RunningProxy.CHAT, "traceparent: " + PARENT, "tracestate: a=b", "tracestate: c=d");
            assertThat(upstream.request().header("tracestate")).isEqualTo("a=b,c=d");
        }
    }

    /** Nobody can say which of two is meant (W3C Trace Context, section 3.2). */
    @Test
    void twoTracesAreNone() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            proxy.chat(RunningProxy.CHAT, "traceparent: " + PARENT, "traceparent: " + PARENT);
            assertThat(upstream.request().header("traceparent")).doesNotContain(TRACE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-short-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"
            })
    void aTraceThatIsNoneIsReplacedAndItsStateDropped(String parent) throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            proxy.chat(RunningProxy.CHAT, "traceparent: " + parent, "tracestate: a=b");
            var seen = upstream.request();
            assertThat(seen.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
            assertThat(seen.header("traceparent")).doesNotContain(TRACE);
            assertThat(seen.header("tracestate")).isEmpty();
        }
    }

    @Test
    void theAccessLineTellsAllButTheWords() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("secret answer"));
                var proxy = new RunningProxy(upstream.url())) {
            var got = proxy.chat(RunningProxy.STREAM.replace("Hi", "secret question"), "X-Request-ID: mine-1");
            assertThat(got.header("X-Request-ID")).isEqualTo("mine-1");
            String text = proxy.accessLine();
            assertThat(text).doesNotContain("secret");
            JsonNode line = new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
            assertThat(line.path("id").asText()).isEqualTo("mine-1");
            assertThat(line.path("model").asText()).isEqualTo("m");
            assertThat(line.path("stream").asBoolean()).isTrue();
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("promptTokens").asInt()).isEqualTo(12);
            assertThat(line.path("completionTokens").asInt()).isEqualTo(3);
            assertThat(line.path("endedBy").asText()).isEqualTo("done");
            double total = line.path("totalMs").asDouble();
            assertThat(line.path("upstreamHeadMs").asDouble()).isBetween(0.0, total);
            assertThat(line.path("firstTokenMs").asDouble()).isBetween(0.0, total);
            assertThat(line.path("overheadMs").asDouble(-1)).isBetween(0.0, total);
        }
    }

    @Test
    void everyAnswerOfAModelTellsWhatTheProxyCost() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("x"));
                var proxy = new RunningProxy(upstream.url())) {
            for (String body : List.of(RunningProxy.CHAT, RunningProxy.STREAM)) {
                var got = proxy.chat(body);
                assertThat(got.header("X-Llamero-Overhead-Ms")).matches("\\d+\\.\\d\\d");
                assertThat(got.header("Server-Timing"))
                        .matches("head;dur=[\\d.]+, first;dur=[\\d.]+, total;dur=[\\d.]+");
            }
        }
    }

    @Test
    void metricsCountWhatHappened() throws Exception {
        try (var upstream = new ScriptedUpstream(answer("a"), answer("b"), fixed(400, "{\"error\":\"no\"}"), wire -> {
                    wire.raw(ScriptedUpstream.NDJSON_HEAD);
                    wire.chunk(ScriptedUpstream.line("one"));
                    wire.awaitClose(new java.util.concurrent.CountDownLatch(1));
                });
                var proxy = new RunningProxy(upstream.url(), "--api-key", "k")) {
            proxy.chat(RunningProxy.CHAT, "X-API-Key: k");
            proxy.chat(RunningProxy.STREAM, "X-API-Key: k");
            proxy.chat(RunningProxy.CHAT, "X-API-Key: k");
            proxy.chat(RunningProxy.CHAT);
            try (Socket client = proxy.connect()) {
                RunningProxy.send(client, "POST", "/v1/chat/completions", RunningProxy.STREAM, "X-API-Key: k");
                RunningProxy.Answer.readHead(client.getInputStream());
            }
            for (int i = 0; i < 5; i++) {
                proxy.accessLine();
            }
            var page = proxy.admin("GET", "/metrics");
            assertThat(page.header("Content-Type")).startsWith("text/plain; version=0.0.4");
            String labels = "{model=\"m\",key=\"api-key\",operation=\"chat\",";
            String otel = "{gen_ai_operation_name=\"chat\",gen_ai_request_model=\"m\",upstream=\"default\"";
            assertThat(page.body().lines())
                    .contains(
                            "llamero_requests_total" + labels + "status=\"200\",ended_by=\"done\"} 2",
                            "llamero_requests_total" + labels + "status=\"400\",ended_by=\"upstream\"} 1",
                            "llamero_requests_total" + labels + "status=\"499\",ended_by=\"client\"} 1",
                            "llamero_requests_total{model=\"\",key=\"\",operation=\"chat\",status=\"401\","
                                    + "ended_by=\"proxy\"} 1",
                            "llamero_tokens_total" + labels + "type=\"prompt\"} 24",
                            "llamero_tokens_total" + labels + "type=\"completion\"} 6",
                            "gen_ai_client_operation_duration_seconds_count" + otel + "} 3",
                            "gen_ai_client_operation_duration_seconds_count" + otel
                                    + ",error_type=\"upstream_refused\"} 1",
                            "gen_ai_server_time_to_first_token_seconds_count" + otel + "} 3",
                            "gen_ai_server_time_to_first_token_seconds_bucket" + otel + ",le=\"+Inf\"} 3",
                            "gen_ai_client_token_usage_bucket" + otel + ",gen_ai_token_type=\"input\",le=\"4\"} 0",
                            "gen_ai_client_token_usage_bucket" + otel + ",gen_ai_token_type=\"input\",le=\"16\"} 2",
                            "llamero_overhead_seconds_count 5",
                            "llamero_upstream_up{upstream=\"default\"} 1",
                            "llamero_upstream_breaker{upstream=\"default\",state=\"closed\"} 1",
                            "llamero_upstream_in_flight{upstream=\"default\"} 0",
                            "llamero_upstream_calls_total{upstream=\"default\"} 4",
                            "llamero_queue_waiting 0",
                            "llamero_requests_running 0",
                            "llamero_access_lines_lost_total 0");
            // Each sample's family is declared once, as the format wants it.
            List<String> types = page.body()
                    .lines()
                    .filter(line -> line.startsWith("# TYPE "))
                    .toList();
            assertThat(types).doesNotHaveDuplicates().hasSizeGreaterThan(12);
            assertThat(page.body().lines())
                    .allMatch(line ->
                            line.startsWith("# ") || line.matches("[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)+})? [0-9.E-]+"));
        }
    }
}
