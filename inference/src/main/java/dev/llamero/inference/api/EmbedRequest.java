package dev.llamero.inference.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Texts to make vectors of: body of {@code POST /api/embed}, and of the older {@code /api/embeddings} (specification
 * 14).
 *
 * @param inputs the texts; empty to only load the model
 * @param truncate whether a text that is too long may be cut
 * @param dimensions how many numbers of a vector to keep; all if it is not between 0 and their count
 * @param keepAlive how long the model stays after this request; null for "as it is"
 * @param options as sent; empty if absent
 */
public record EmbedRequest(
        String model,
        List<String> inputs,
        boolean truncate,
        int dimensions,
        Duration keepAlive,
        Map<String, Object> options) {
    /** Texts of one request: their vectors are all in memory at once. */
    static final int INPUTS_MAX = 16_384;

    /**
     * Reads a body of {@code /api/embed}.
     *
     * @throws BadJsonException if the body is not such a request
     * @throws ApiException if the input is neither a string nor a list of them
     */
    public static EmbedRequest read(byte[] body) {
        return GoStruct.read(
                body,
                "api.EmbedRequest",
                fields -> of(fields, inputs(fields.any("input")), fields.integer("dimensions")));
    }

    /**
     * Reads a body of {@code /api/embeddings}.
     *
     * @throws BadJsonException if the body is not such a request
     */
    public static EmbedRequest readPrompt(byte[] body) {
        return GoStruct.read(body, "api.EmbeddingRequest", fields -> of(fields, inputs(fields.string("prompt")), 0));
    }

    private static EmbedRequest of(GoStruct fields, List<String> inputs, int dimensions) {
        Map<String, Object> options = fields.map("options");
        return new EmbedRequest(
                fields.string("model"),
                inputs,
                fields.bool("truncate", true),
                dimensions,
                fields.custom("keep_alive", GoDuration::read),
                options == null ? Map.of() : options);
    }

    private static List<String> inputs(Object input) {
        return input == null || input.equals("") ? List.of() : texts(input);
    }

    /** A string or a list of strings as a list. */
    static List<String> texts(Object input) {
        List<?> items = input instanceof List<?> list ? list : List.of(input);
        if (items.size() > INPUTS_MAX) {
            throw ApiException.badRequest(
                    "input has " + items.size() + " texts; send at most " + INPUTS_MAX + " in one request");
        }
        if (!items.stream().allMatch(String.class::isInstance)) {
            throw ApiException.badRequest("invalid input type");
        }
        return items.stream().map(String.class::cast).toList();
    }
}
