package dev.llamero.proxy.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.ServerTimings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;

/**
 * Where the time of a streamed answer went, for a caller that sends {@code X-Llamero-Timings}: one comment before the
 * last event, which every reader of server-sent events skips but one that looks for it. Stateless.
 */
final class HopTimings {
    static final HeaderName HEADER = HeaderNames.create("X-Llamero-Timings");

    private HopTimings() {}

    static boolean wanted(Exchange exchange) {
        return exchange.request().headers().contains(HEADER);
    }

    /** The comment, with the empty line that ends it. */
    static byte[] comment(Exchange exchange, AnswerReader reader) {
        CallFacts facts = exchange.facts();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode proxy = json.putObject("proxy")
                .put("queueMillis", facts.queuedMillis())
                .put("overheadMillis", facts.overheadMillis())
                .put("totalMillis", facts.totalMillis());
        facts.headMillis().ifPresent(millis -> proxy.put("headMillis", millis));
        facts.firstTokenMillis().ifPresent(millis -> proxy.put("firstMillis", millis));
        facts.upstream().ifPresent(name -> proxy.put("upstream", name));
        reader.timings().ifPresent(timings -> put(json.putObject("inference"), timings));
        return (": llamero-timings " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ObjectNode json, ServerTimings timings) {
        json.put("queueMillis", timings.queueMillis())
                .put("loadMillis", timings.loadMillis())
                .put("promptMillis", timings.promptMillis())
                .put("decodeMillis", timings.decodeMillis())
                .put("totalMillis", timings.totalMillis())
                .put("computedTokens", timings.computedTokens())
                .put("reusedTokens", timings.reusedTokens());
    }
}
