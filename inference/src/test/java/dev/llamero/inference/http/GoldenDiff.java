package dev.llamero.inference.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** In which aspects two replies differ, beyond what differs from run to run. */
final class GoldenDiff {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> HEADERS = Set.of(
            "content-type",
            "allow",
            "location",
            "vary",
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-allow-headers",
            "access-control-max-age");
    /** Values that differ from run to run; their kind is compared. */
    private static final Set<String> VARYING = Set.of(
            "created_at",
            "created",
            "modified_at",
            "expires_at",
            "total_duration",
            "load_duration",
            "prompt_eval_duration",
            "eval_duration",
            "id",
            "item_id",
            "call_id",
            "request_id",
            "completed_at",
            // The recorded server was built without a number.
            "version");

    private static final double LOGPROB_TOLERANCE = 0.02;
    private static final String EVENT = "data: ";
    private static final String NAME = "event: ";
    private static final String END_OF_EVENTS = "[DONE]";

    private GoldenDiff() {}

    /**
     * The aspects: {@code status}, {@code headers}, {@code shape}, {@code events}, {@code values}, {@code vectors},
     * {@code body}.
     */
    static Map<String, String> between(Golden golden, RawClient.Reply ours) {
        Map<String, String> differences = new TreeMap<>();
        RawClient.Reply theirs = golden.reply();
        note(differences, "status", theirs.status(), ours.status());
        note(differences, "headers", headers(theirs), headers(ours));
        String kind = theirs.header("content-type").orElse("");
        boolean stream = kind.contains("ndjson") || kind.contains("event-stream");
        try {
            if (stream) {
                stream(differences, theirs.body(), ours.body());
            } else if (theirs.body().startsWith("{")) {
                JsonNode expected = JSON.readTree(theirs.body());
                JsonNode actual = JSON.readTree(ours.body());
                note(differences, "shape", shape(expected), shape(actual));
                note(differences, "values", values(expected), values(actual));
                note(differences, "vectors", "", GoldenVectors.difference(expected, actual));
            } else {
                note(differences, "body", theirs.body(), ours.body());
            }
        } catch (JsonProcessingException e) {
            differences.put("body", "not JSON: " + ours.body());
        }
        return differences;
    }

    private static void note(Map<String, String> differences, String aspect, Object expected, Object actual) {
        if (expected instanceof List<?> before && actual instanceof List<?> now && !before.equals(now)) {
            var missing = new ArrayList<Object>(before);
            missing.removeAll(now);
            var added = new ArrayList<Object>(now);
            added.removeAll(before);
            differences.put(aspect, "missing " + missing + "\n     added " + added);
        } else if (!expected.equals(actual)) {
            differences.put(aspect, "expected " + expected + "\n     but was " + actual);
        }
    }

    private static List<String> headers(RawClient.Reply reply) {
        return reply.headers().stream()
                .filter(header -> HEADERS.contains(header.getFirst().toLowerCase(java.util.Locale.ROOT)))
                .flatMap(header -> Arrays.stream(
                                header.getLast().split(header.getFirst().equalsIgnoreCase("vary") ? ", *" : "$"))
                        .map(value -> header.getFirst().toLowerCase(java.util.Locale.ROOT) + ": " + value))
                .sorted()
                .toList();
    }

    /** Streams may be cut otherwise: kinds of lines, the last line and the joined text count. */
    private static void stream(Map<String, String> differences, String theirs, String ours)
            throws JsonProcessingException {
        List<JsonNode> expected = lines(theirs);
        List<JsonNode> actual = lines(ours);
        note(differences, "shape", shapes(expected) + ending(theirs), shapes(actual) + ending(ours));
        note(differences, "events", events(theirs), events(ours));
        note(differences, "values", text(expected), text(actual));
        note(differences, "values", values(expected.getLast()), values(actual.getLast()));
    }

    private static List<JsonNode> lines(String body) throws JsonProcessingException {
        var lines = new ArrayList<JsonNode>();
        for (String line : body.split("\n")) {
            String json = line.startsWith(EVENT) ? line.substring(EVENT.length()) : line;
            if (!json.isBlank() && !json.startsWith(NAME) && !json.equals(END_OF_EVENTS)) {
                lines.add(JSON.readTree(json));
            }
        }
        return lines;
    }

    /** The names of the events in order, with one in place of a run of them. */
    private static List<String> events(String body) {
        var names = new ArrayList<String>();
        for (String line : body.split("\n")) {
            if (line.startsWith(NAME) && (names.isEmpty() || !names.getLast().equals(line))) {
                names.add(line);
            }
        }
        return names;
    }

    /** What stands behind the last object of a stream. */
    private static String ending(String body) {
        return body.substring(body.lastIndexOf('}') + 1);
    }

    private static Set<String> shapes(List<JsonNode> lines) {
        var shapes = new LinkedHashSet<String>();
        lines.forEach(line -> shapes.add(shape(line)));
        return shapes;
    }

    private static String text(List<JsonNode> lines) {
        var content = new StringBuilder();
        var thinking = new StringBuilder();
        for (JsonNode line : lines) {
            JsonNode message = line.path("message");
            JsonNode delta = line.path("choices").path(0).path("delta");
            content.append(line.path("response").asText())
                    .append(message.path("content").asText())
                    .append(delta.path("content").asText())
                    .append(line.path("choices").path(0).path("text").asText())
                    .append(line.path("delta").path("text").asText())
                    .append(line.path("delta").path("partial_json").asText())
                    .append(line.path("delta").asText());
            thinking.append(line.path("thinking").asText())
                    .append(message.path("thinking").asText())
                    .append(delta.path("reasoning").asText())
                    .append(line.path("delta").path("thinking").asText());
        }
        return thinking + " | " + content;
    }

    /** Keys in order with the kinds of their values; of a list, the kinds of its items. */
    static String shape(JsonNode node) {
        if (node.isObject()) {
            var members = new ArrayList<String>();
            node.properties().forEach(entry -> members.add(entry.getKey() + ":" + shape(entry.getValue())));
            return "{" + String.join(",", members) + "}";
        }
        if (node.isArray()) {
            var items = new LinkedHashSet<String>();
            node.forEach(item -> items.add(shape(item)));
            return "[" + String.join("|", items) + "]";
        }
        return node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
    }

    /** Every value that should be equal, with its place. */
    private static List<String> values(JsonNode node) {
        var values = new ArrayList<String>();
        collect("", node, values);
        return values;
    }

    private static void collect(String place, JsonNode node, List<String> values) {
        if (node.isObject()) {
            node.properties().forEach(entry -> {
                if (!VARYING.contains(entry.getKey()) && !GoldenVectors.isVectors(entry.getKey())) {
                    collect(place + "." + entry.getKey(), entry.getValue(), values);
                }
            });
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                collect(place + "[" + i + "]", node.get(i), values);
            }
        } else if (place.endsWith("logprob")) {
            values.add(place + "=" + Math.round(node.asDouble() / LOGPROB_TOLERANCE));
        } else {
            values.add(place + "=" + (node.isNumber() ? node.asDouble() : node.asText()));
        }
    }
}
