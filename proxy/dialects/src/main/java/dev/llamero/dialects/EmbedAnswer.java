package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Vectors of texts, in the order of the texts.
 *
 * @param promptTokens of all texts together
 */
public record EmbedAnswer(List<float[]> vectors, long promptTokens) {
    static EmbedAnswer ofOllama(byte[] body) {
        JsonNode answer = parse(body);
        JsonNode vectors = answer.path("embeddings");
        if (!vectors.isArray()) {
            throw garbled();
        }
        var read = new ArrayList<float[]>(vectors.size());
        vectors.forEach(vector -> read.add(floats(vector)));
        return new EmbedAnswer(read, answer.path("prompt_eval_count").asLong());
    }

    static EmbedAnswer ofOpenAi(byte[] body) {
        JsonNode answer = parse(body);
        JsonNode data = answer.path("data");
        if (!data.isArray()) {
            throw garbled();
        }
        var read = new float[data.size()][];
        for (int i = 0; i < read.length; i++) {
            int index = data.get(i).path("index").asInt(i);
            if (index < 0 || index >= read.length || read[index] != null) {
                throw garbled();
            }
            read[index] = floats(data.get(i).path("embedding"));
        }
        return new EmbedAnswer(
                List.of(read), answer.path("usage").path("prompt_tokens").asLong());
    }

    private static float[] floats(JsonNode vector) {
        if (vector.isTextual()) {
            return decoded(vector.textValue());
        }
        if (!vector.isArray()) {
            throw garbled();
        }
        var floats = new float[vector.size()];
        for (int i = 0; i < floats.length; i++) {
            if (!vector.get(i).isNumber()) {
                throw garbled();
            }
            floats[i] = vector.get(i).floatValue();
        }
        return floats;
    }

    private static float[] decoded(String base64) {
        try {
            ByteBuffer bytes =
                    ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
            var floats = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(floats);
            return floats;
        } catch (IllegalArgumentException e) {
            throw garbled();
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.read(body);
        } catch (Json.InvalidJson e) {
            throw garbled();
        }
    }

    private static DialectException garbled() {
        return DialectException.garbled("the model server's answer holds no vectors as they were asked for");
    }
}
