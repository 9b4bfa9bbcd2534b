package dev.llamero.proxy;

import static dev.llamero.proxy.ScriptedUpstream.NDJSON_HEAD;
import static dev.llamero.proxy.ScriptedUpstream.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** The comment that tells a caller where the time of its answer went. */
class HopTimingsTest {
    private static final String STREAMED =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String LAST = """
        {"model":"m","message":{"content":""},"done":true,"done_reason":"stop","total_duration":90000000,\
        "load_duration":10000000,"prompt_eval_count":12,"prompt_eval_duration":20000000,"eval_count":3,\
        "eval_duration":30000000,"queue_duration":5000000,"prompt_cached_count":8}
        """;

    private static ScriptedUpstream server() throws Exception {
        return new ScriptedUpstream(wire -> {
            wire.raw(NDJSON_HEAD);
            wire.chunk(line("Hello"));
            wire.chunk(LAST);
            wire.raw("0\r\n\r\n");
        });
    }

    @Test
    void whoHadToWaitInTheServersQueueIsToldItsPlace() throws Exception {
        String place = "X-Llamero-Queue-Position: 3\r\nX-Llamero-Queue-Estimate-Ms: 1200\r\n";
        for (String told : java.util.List.of(place, "", place.replace("3", "soon"))) {
            try (var upstream = new ScriptedUpstream(wire -> {
                        wire.raw(NDJSON_HEAD.replaceFirst("\r\n", "\r\n" + told));
                        wire.chunk(line("Hello"));
                        wire.chunk(LAST);
                        wire.raw("0\r\n\r\n");
                    });
                    var proxy = new RunningProxy(upstream.url())) {
                for (String body : java.util.List.of(STREAMED, STREAMED.replace("true", "false"))) {
                    var reply = proxy.chat(body);
                    boolean known = told.equals(place);
                    assertThat(reply.header("X-Llamero-Queue-Position")).isEqualTo(known ? "3" : "");
                    assertThat(reply.header("X-Llamero-Queue-Estimate-Ms")).isEqualTo(known ? "1200" : "");
                }
            }
        }
    }

    @Test
    void whoAsksGetsTheServersTimesAndTheProxysBeforeTheEnd() throws Exception {
        try (var upstream = server();
                var proxy = new RunningProxy(upstream.url())) {
            String body = proxy.chat(STREAMED, "X-Llamero-Timings: 1").body();
            assertThat(upstream.request().header("X-Llamero-Timings")).isEqualTo("1");
            String comment = body.lines()
                    .filter(text -> text.startsWith(": llamero-timings "))
                    .findFirst()
                    .orElseThrow();
            assertThat(body.indexOf(comment)).isBetween(body.indexOf("Hello"), body.indexOf("[DONE]"));
            JsonNode timings = new ObjectMapper().readTree(comment.substring(": llamero-timings ".length()));
            JsonNode inference = timings.get("inference");
            assertThat(inference.get("totalMillis").asDouble()).isEqualTo(90);
            assertThat(inference.get("loadMillis").asDouble()).isEqualTo(10);
            assertThat(inference.get("promptMillis").asDouble()).isEqualTo(20);
            assertThat(inference.get("decodeMillis").asDouble()).isEqualTo(30);
            assertThat(inference.get("queueMillis").asDouble()).isEqualTo(5);
            assertThat(inference.get("computedTokens").asInt()).isEqualTo(4);
            assertThat(inference.get("reusedTokens").asInt()).isEqualTo(8);
            JsonNode own = timings.get("proxy");
            assertThat(own.get("headMillis").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(own.get("firstMillis").asDouble());
            assertThat(own.get("totalMillis").asDouble())
                    .isGreaterThanOrEqualTo(own.get("firstMillis").asDouble());
            assertThat(comment).doesNotContain("Hello").doesNotContain("Hi");
        }
    }

    @Test
    void whoDoesNotAskGetsNoComment() throws Exception {
        try (var upstream = server();
                var proxy = new RunningProxy(upstream.url())) {
            assertThat(proxy.chat(STREAMED).body()).contains("[DONE]").doesNotContain("llamero-timings");
            assertThat(upstream.request().head()).doesNotContain("Timings");
        }
    }
}
