package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Fields about sampling and length, which most dialects share, as Ollama's options. */
final class Sampling {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Ollama's -1 means no limit, -2 until the context is full. */
    private static final int NUM_PREDICT_MIN = -2;

    private final Fields request;
    private final ObjectNode options;

    /** Begins with the caller's own options of Ollama's: what its dialect has a name for wins over them. */
    Sampling(Fields request) {
        this.request = request;
        this.options = request.nested("options")
                .map(given -> ((ObjectNode) given.object()).deepCopy())
                .orElseGet(NODES::objectNode);
    }

    /** The first of these fields that is there limits the answer. */
    Sampling length(String... names) {
        for (String name : names) {
            Optional<Long> tokens = request.integer(name, NUM_PREDICT_MIN, Integer.MAX_VALUE);
            if (tokens.isPresent()) {
                options.put("num_predict", tokens.get());
                return this;
            }
        }
        return this;
    }

    /** Numbers that mean the same under the same name. */
    Sampling numbers(String... names) {
        for (String name : names) {
            request.number(name).ifPresent(value -> options.set(name, value));
        }
        return this;
    }

    /**
     * What Ollama's own {@code /v1} sends, over the model's parameters, where the caller says nothing. In the official
     * manner nothing is sent, so that the parameters of the model hold.
     */
    Sampling orInOllama(Manner manner, double value, String... names) {
        for (String name : names) {
            if (manner == Manner.OLLAMA && !options.has(name)) {
                options.put(name, value);
            }
        }
        return this;
    }

    /** Whole numbers of at least {@code min} that mean the same under the same name. */
    Sampling integers(long min, long max, String... names) {
        for (String name : names) {
            request.integer(name, min, max).ifPresent(value -> options.put(name, value));
        }
        return this;
    }

    /** Stop strings: one, or a list. */
    Sampling stop(String name) {
        request.any(name).ifPresent(stop -> options.set("stop", stopList(name, stop)));
        return this;
    }

    private ArrayNode stopList(String name, JsonNode stop) {
        if (stop.isTextual()) {
            return NODES.arrayNode().add(stop);
        }
        if (!stop.isArray()) {
            throw request.wrongType(name, "a string or a list of strings", stop);
        }
        for (int i = 0; i < stop.size(); i++) {
            if (!stop.get(i).isTextual()) {
                throw request.wrongType(name + "[" + i + "]", "a string", stop.get(i));
            }
        }
        return (ArrayNode) stop;
    }

    ObjectNode options() {
        return options;
    }

    /**
     * OpenAI's effort of thinking as Ollama's {@code think}.
     *
     * @param field where the word stands
     */
    static void think(ObjectNode chat, String effort, String field) {
        switch (effort) {
            case "none" -> chat.put("think", false);
            case "minimal" -> chat.put("think", "low");
            case "low", "medium", "high", "max" -> chat.put("think", effort);
            case "xhigh", "ultra" -> chat.put("think", "max");
            default ->
                throw badField(
                        field,
                        "invalid reasoning value: \"" + effort + "\" (must be \"minimal\", \"low\", \"medium\","
                                + " \"high\", \"xhigh\", \"ultra\", \"max\", or \"none\")");
        }
    }
}
