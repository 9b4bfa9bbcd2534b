package dev.llamero.benchmarks.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A question, asked as a page asks it, and what {@code /debug} tells of it.
 *
 * @param parts milliseconds by layer and name
 * @param unexplainedMillis of the gateway's that are in no part
 * @param pageMillis from the question's leaving to the answer's end, by the clock of the asking side
 */
record TracedTurn(Map<String, Double> parts, double unexplainedMillis, double gatewayMillis, double pageMillis) {
    /** What layers measure themselves; the other parts are what lies between two measured ones. */
    private static final List<String> MEASURED = List.of(
            "gateway begin",
            "gateway finish",
            "proxy queue",
            "proxy own",
            "inference queue",
            "inference load",
            "inference prefill",
            "inference decode");

    private static final List<String> BETWEEN = List.of("gateway hop", "proxy hop", "inference own");

    /** Each part is rounded to hundredths. */
    private static final double ROUNDING_MILLIS = 0.1;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Asks in a conversation of its own. */
    static TracedTurn ask(PageSocket page, String sessionKey, String question) throws InterruptedException {
        ObjectNode session = JSON.createObjectNode().put("sessionKey", sessionKey);
        page.granted("chat.history", session);
        long sent = System.nanoTime();
        ObjectNode send = session.deepCopy().put("message", question).put("idempotencyKey", sessionKey);
        String turn = page.granted("chat.send", send).path("turnId").asText();
        PageSocket.Heard ended = page.awaitEnd(turn);
        assertThat(ended.message().at("/payload/answer/turn/state").asText())
                .as(ended.message().toString())
                .isEqualTo("DONE");
        JsonNode report = page.granted("debug", JSON.createObjectNode());
        assertThat(report.at("/lastTurn/id").asText()).as(report.toString()).isEqualTo(turn);
        var parts = new LinkedHashMap<String, Double>();
        for (JsonNode part : report.at("/trace/parts")) {
            parts.put(
                    part.path("layer").asText() + " " + part.path("name").asText(),
                    part.path("millis").asDouble(-1));
        }
        return new TracedTurn(
                parts,
                report.at("/trace/unexplainedMillis").asDouble(),
                report.at("/trace/totalMillis").asDouble(),
                (ended.nanos() - sent) / 1e6);
    }

    /**
     * What holds however busy the machine is: all parts are there, with what no part explains they add up to what the
     * gateway measured, which lies within what the asking side measured. {@link PageTraceTest} shows that a real page,
     * which measures too, finds hardly anything unexplained.
     */
    void check() {
        assertThat(parts).containsOnlyKeys(all());
        assertThat(parts)
                .allSatisfy((name, millis) -> assertThat(millis).as(name).isNotNegative());
        assertThat(parts.get("inference prefill") + parts.get("inference decode"))
                .isPositive();
        assertThat(sum(MEASURED)).as(toString()).isLessThanOrEqualTo(gatewayMillis + ROUNDING_MILLIS);
        assertThat(sum(all()) + unexplainedMillis).as(toString()).isCloseTo(gatewayMillis, within(ROUNDING_MILLIS));
        assertThat(gatewayMillis).as(toString()).isLessThanOrEqualTo(pageMillis + ROUNDING_MILLIS);
    }

    private static List<String> all() {
        return Stream.of(MEASURED, BETWEEN).flatMap(Collection::stream).toList();
    }

    private double sum(List<String> names) {
        return names.stream().mapToDouble(parts::get).sum();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "page %.1f ms, parts %.1f %% of it; gateway %.1f ms, all parts %.1f ms, measured parts %.1f ms: %s",
                pageMillis,
                100 * sum(all()) / pageMillis,
                gatewayMillis,
                sum(all()),
                sum(MEASURED),
                parts);
    }
}
