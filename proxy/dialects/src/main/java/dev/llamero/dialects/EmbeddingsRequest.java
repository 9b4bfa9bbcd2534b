package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * A request of {@code POST /v1/embeddings} (specification 18.4).
 *
 * @param model as the caller typed it; the answer repeats it
 * @param base64 whether vectors are sent as base64 of their bytes
 */
public record EmbeddingsRequest(ModelCall call, String model, boolean base64) {
    /**
     * Reads a request body.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static EmbeddingsRequest read(byte[] body) {
        var request = new Fields(Json.request(body), "");
        JsonNode input = request.any("input")
                .filter(given -> !given.isArray() || !given.isEmpty())
                .orElseThrow(() -> badField("input", "invalid input"));
        texts(request, input);
        String model = request.requiredText("model");
        String format = request.text("encoding_format").orElse("");
        boolean base64 = format.equalsIgnoreCase("base64");
        if (!base64 && !format.isEmpty() && !format.equalsIgnoreCase("float")) {
            throw badField(
                    "encoding_format",
                    "Invalid value for 'encoding_format' = " + format + ". Supported values: ['float', 'base64'].");
        }
        ObjectNode embed = JsonNodeFactory.instance.objectNode().put("model", model);
        embed.set("input", input);
        request.integer("dimensions", 0, Integer.MAX_VALUE)
                .filter(dimensions -> dimensions > 0)
                .ifPresent(dimensions -> embed.put("dimensions", dimensions));
        request.any("keep_alive").ifPresent(value -> embed.set("keep_alive", value));
        request.nested("options").ifPresent(options -> embed.set("options", options.object()));
        return new EmbeddingsRequest(new ModelCall(Operation.EMBED, model, embed), model, base64);
    }

    private static void texts(Fields request, JsonNode input) {
        if (input.isTextual()) {
            return;
        }
        if (!input.isArray()) {
            throw request.wrongType("input", "a string or a list of strings", input);
        }
        for (int i = 0; i < input.size(); i++) {
            if (!input.get(i).isTextual()) {
                throw badField("input[" + i + "]", "invalid input type: only strings are supported, no tokens");
            }
        }
    }

    /** How many texts are asked for. */
    public int texts() {
        JsonNode input = call.body().get("input");
        return input.isTextual() ? 1 : input.size();
    }

    /**
     * The whole answer.
     *
     * @throws DialectException with {@link DialectError.Garbled} if there is not one vector per text
     */
    public byte[] answer(EmbedAnswer answer) {
        if (answer.vectors().size() != texts()) {
            throw DialectException.garbled(
                    "the model server sent " + answer.vectors().size() + " vectors for " + texts() + " texts");
        }
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (int i = 0; i < answer.vectors().size(); i++) {
                json.writeStartObject();
                json.writeStringField("object", "embedding");
                if (base64) {
                    json.writeStringField("embedding", base64(answer.vectors().get(i)));
                } else {
                    json.writeArrayFieldStart("embedding");
                    for (float number : answer.vectors().get(i)) {
                        json.writeNumber(number);
                    }
                    json.writeEndArray();
                }
                json.writeNumberField("index", i);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("model", model);
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", answer.promptTokens());
            json.writeNumberField("total_tokens", answer.promptTokens());
            json.writeEndObject();
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
