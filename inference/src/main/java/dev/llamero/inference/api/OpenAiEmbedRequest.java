package dev.llamero.inference.api;

import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import java.util.List;
import java.util.Map;

/**
 * Body of {@code POST /v1/embeddings} (specification 18.4).
 *
 * @param request what is asked for; texts that are too long are always cut
 * @param base64 whether vectors are sent as base64 of their bytes
 */
public record OpenAiEmbedRequest(EmbedRequest request, boolean base64) {
    /**
     * Reads a body.
     *
     * @throws BadJsonException if the body is not such a request
     * @throws DialectException if a field's value is none
     * @throws ApiException if the input is neither a string nor a list of them
     */
    public static OpenAiEmbedRequest read(byte[] body) {
        return GoStruct.read(body, "openai.EmbedRequest", fields -> {
            String model = fields.string("model");
            Object input = fields.any("input");
            int dimensions = fields.integer("dimensions");
            String format = fields.string("encoding_format");
            fields.throwFaults();
            if (input == null || input instanceof List<?> list && list.isEmpty()) {
                throw bad("input", "invalid input");
            }
            boolean base64 = format.equalsIgnoreCase("base64");
            if (!base64 && !format.isEmpty() && !format.equalsIgnoreCase("float")) {
                throw bad(
                        "encoding_format",
                        "Invalid value for 'encoding_format' = " + format + ". Supported values: ['float', 'base64'].");
            }
            return new OpenAiEmbedRequest(
                    new EmbedRequest(model, EmbedRequest.texts(input), true, dimensions, null, Map.of()), base64);
        });
    }

    private static DialectException bad(String field, String message) {
        return new DialectException(new DialectError.BadField(field, message));
    }
}
