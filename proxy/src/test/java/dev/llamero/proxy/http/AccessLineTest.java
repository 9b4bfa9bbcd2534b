package dev.llamero.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.dialects.AnswerChunk;
import dev.llamero.proxy.callers.Accounts;
import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.proxy.callers.Caller;
import dev.llamero.proxy.callers.KeyLimits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** All that a line can tell, by name: programs read it. */
class AccessLineTest {
    private static CallFacts facts() {
        return new CallFacts("r1", new TraceContext("t1", "s1", "", "00", ""), "POST", "/v1/chat/completions");
    }

    @Test
    void tellsAllThatIsKnown() throws Exception {
        CallFacts facts = facts();
        try (var accounts = new Accounts(Optional.empty())) {
            var key = new ApiKey("q3xk7n2a", "ann", "", KeyLimits.NONE, List.of(), Optional.empty(), Instant.EPOCH);
            facts.calledBy(new Caller(key, accounts.of(key.id(), key.limits()), "salt"));
        }
        facts.asks("m", true);
        facts.sentTo("one", 12);
        facts.retried();
        facts.sentTo("two", 3);
        facts.upstreamHead();
        facts.firstToken();
        facts.usage(new AnswerChunk.Usage(12, 3, Optional.of(8L), Optional.empty()));
        facts.status(200);
        facts.error("upstream_cut");
        facts.endedBy(CallFacts.End.UPSTREAM);
        facts.finish();
        JsonNode line = new ObjectMapper().readTree(AccessLine.of(facts));
        assertThat(line.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "trace",
                        "key",
                        "method",
                        "path",
                        "model",
                        "stream",
                        "upstream",
                        "queuedMs",
                        "retries",
                        "status",
                        "upstreamHeadMs",
                        "firstTokenMs",
                        "totalMs",
                        "overheadMs",
                        "promptTokens",
                        "cachedTokens",
                        "completionTokens",
                        "error",
                        "endedBy");
        assertThat(line.path("key").asText()).isEqualTo("q3xk7n2a");
        assertThat(line.path("upstream").asText()).isEqualTo("two");
        assertThat(line.path("queuedMs").asInt()).as("in both lines").isEqualTo(15);
        assertThat(line.path("retries").asInt()).isEqualTo(1);
        assertThat(line.path("promptTokens").asInt()).isEqualTo(12);
        assertThat(line.path("cachedTokens").asInt()).isEqualTo(8);
        assertThat(line.path("completionTokens").asInt()).isEqualTo(3);
        assertThat(line.path("error").asText()).isEqualTo("upstream_cut");
        assertThat(line.path("endedBy").asText()).isEqualTo("upstream");
    }

    @Test
    void whoEndedItFirstHasEndedItButAClientThatLeftCountsAlways() throws Exception {
        CallFacts facts = facts();
        facts.endedBy(CallFacts.End.DEADLINE);
        facts.endedBy(CallFacts.End.UPSTREAM);
        assertThat(new ObjectMapper()
                        .readTree(AccessLine.of(facts))
                        .path("endedBy")
                        .asText())
                .isEqualTo("deadline");
        facts.left();
        JsonNode line = new ObjectMapper().readTree(AccessLine.of(facts));
        assertThat(line.path("endedBy").asText()).isEqualTo("client");
        assertThat(line.path("status").asInt()).isEqualTo(499);
    }

    @Test
    void aNameThatACallerMadeUpStaysOneLine() {
        CallFacts facts = facts();
        facts.asks("m\"\n{\"status\":200}", false);
        assertThat(AccessLine.of(facts)).doesNotContain("\n").contains("m\\\"\\n{\\\"status\\\":200}");
    }
}
