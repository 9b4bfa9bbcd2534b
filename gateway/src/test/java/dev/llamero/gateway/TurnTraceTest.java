package dev.llamero.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /debug} tells of the last question, from the layers' own figures. */
class TurnTraceTest {
    private static final String KEY = "session-0001";

    @TempDir
    Path data;

    private final ScriptedProxy proxy = new ScriptedProxy();
    private RunningGateway gateway;
    private TestBrowser page;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(proxy.address(), data);
        page = TestBrowser.connect(gateway.webSocket());
    }

    @AfterEach
    void stop() {
        page.close();
        gateway.close();
        proxy.close();
    }

    private JsonNode askedAndTraced() throws InterruptedException {
        page.granted("chat.history", "sessionKey", KEY);
        page.granted("chat.send", "sessionKey", KEY, "message", "a secret word", "idempotencyKey", "send-0001");
        page.awaitEvent("turn.ended");
        return page.granted("debug");
    }

    private static void comment(ScriptedProxy.Reply reply, String json) throws IOException {
        reply.chunk((": llamero-timings " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    /** All parts, with what none explains. */
    private static double sum(JsonNode trace) {
        double sum = 0;
        for (JsonNode part : trace.get("parts")) {
            sum += part.get("millis").asDouble();
        }
        return sum + trace.get("unexplainedMillis").asDouble();
    }

    private static double millis(JsonNode trace, String layer, String name) {
        for (JsonNode part : trace.get("parts")) {
            if (part.get("layer").asText().equals(layer)
                    && part.get("name").asText().equals(name)) {
                return part.get("millis").asDouble();
            }
        }
        throw new AssertionError("no part " + layer + " " + name + " in " + trace);
    }

    @Test
    void thePartsOfAllLayersAddUpToTheWhole() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("an answer");
            // So long that the figures below, which a real chain measures, fit in.
            Thread.sleep(40);
            comment(
                    reply,
                    "{\"proxy\":{\"queueMillis\":1,\"overheadMillis\":0.5,\"totalMillis\":30},"
                        + "\"inference\":{\"queueMillis\":2,\"loadMillis\":3,\"promptMillis\":10,\"decodeMillis\":8,"
                        + "\"totalMillis\":25,\"computedTokens\":7,\"reusedTokens\":5}}");
            reply.end(12, 4);
        });
        JsonNode report = askedAndTraced();
        assertThat(proxy.nextRequest().headers()).containsEntry("x-llamero-timings", "1");
        JsonNode trace = report.get("trace");
        assertThat(sum(trace)).isCloseTo(trace.get("totalMillis").asDouble(), within(0.1));
        assertThat(millis(trace, "inference", "queue")).isEqualTo(2);
        assertThat(millis(trace, "inference", "load")).isEqualTo(3);
        assertThat(millis(trace, "inference", "prefill")).isEqualTo(10);
        assertThat(millis(trace, "inference", "decode")).isEqualTo(8);
        assertThat(millis(trace, "inference", "own")).isEqualTo(2);
        assertThat(millis(trace, "proxy", "queue")).isEqualTo(1);
        assertThat(millis(trace, "proxy", "own")).isEqualTo(0.5);
        assertThat(millis(trace, "proxy", "hop")).isEqualTo(3.5);
        assertThat(trace.get("computedTokens").asInt()).isEqualTo(7);
        assertThat(trace.get("reusedTokens").asInt()).isEqualTo(5);
        assertThat(trace.get("tokensPerSecond").asDouble()).isEqualTo(500);
        assertThat(report.toString()).doesNotContain("a secret word").doesNotContain("an answer");
    }

    @Test
    void whatTheProxyDidWhileTheModelComputedCountsOnce() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("an answer");
            Thread.sleep(40);
            comment(
                    reply,
                    "{\"proxy\":{\"queueMillis\":0,\"overheadMillis\":12,\"totalMillis\":30},"
                        + "\"inference\":{\"queueMillis\":0,\"loadMillis\":0,\"promptMillis\":10,\"decodeMillis\":15,"
                        + "\"totalMillis\":26,\"computedTokens\":7,\"reusedTokens\":5}}");
            reply.end(12, 4);
        });
        JsonNode trace = askedAndTraced().get("trace");
        assertThat(sum(trace)).isCloseTo(trace.get("totalMillis").asDouble(), within(0.1));
        assertThat(millis(trace, "proxy", "own")).isEqualTo(4);
        assertThat(millis(trace, "proxy", "hop")).isZero();
        assertThat(millis(trace, "inference", "decode")).isEqualTo(15);
    }

    @Test
    void aProxyThatDoesNotTellIsOnePart() throws InterruptedException {
        JsonNode trace = askedAndTraced().get("trace");
        assertThat(sum(trace)).isCloseTo(trace.get("totalMillis").asDouble(), within(0.1));
        assertThat(trace.get("parts")).as("begin, answer, finish").hasSize(3);
        assertThat(millis(trace, "proxy", "answer")).isPositive();
        assertThat(trace.get("computedTokens").asInt()).isEqualTo(-1);
        assertThat(trace.get("page").isNull()).as("nobody measured").isTrue();
    }

    @Test
    void nonsenseInTheCommentIsNoTimings() throws InterruptedException {
        proxy.answers((request, reply) -> {
            reply.begin().content("x");
            comment(reply, "[1,");
            comment(reply, "\"text\"");
            comment(reply, "");
            reply.end(1, 1);
        });
        JsonNode trace = askedAndTraced().get("trace");
        assertThat(trace.get("parts")).as("begin, answer, finish").hasSize(3);
    }
}
