package dev.llamero.inference.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The numbers of the embeddings in a reply, which are compared with a tolerance. */
final class GoldenVectors {
    private static final double TOLERANCE = 1e-3;

    private GoldenVectors() {}

    /** Whether a member holds vectors, in either endpoint's words. */
    static boolean isVectors(String key) {
        return key.equals("embedding") || key.equals("embeddings");
    }

    /** What is far off, in words; empty if all numbers are near. */
    static String difference(JsonNode expected, JsonNode actual) {
        List<Double> before = numbers(expected);
        List<Double> now = numbers(actual);
        if (before.size() != now.size()) {
            return before.size() + " numbers in vectors, but were " + now.size();
        }
        for (int i = 0; i < before.size(); i++) {
            if (Math.abs(before.get(i) - now.get(i)) > TOLERANCE) {
                return "number " + i + " of the vectors is " + before.get(i) + ", but was " + now.get(i);
            }
        }
        return "";
    }

    private static List<Double> numbers(JsonNode root) {
        var numbers = new ArrayList<Double>();
        root.findParents("object").stream()
                .filter(item -> item.has("embedding"))
                .forEach(item -> add(item.path("embedding"), numbers));
        add(root.path("embeddings"), numbers);
        add(root.path("embedding"), numbers);
        return numbers;
    }

    private static void add(JsonNode vectors, List<Double> numbers) {
        if (vectors.isTextual()) {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(vectors.textValue()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                numbers.add((double) bytes.getFloat());
            }
        } else if (vectors.isNumber()) {
            numbers.add(vectors.doubleValue());
        } else {
            vectors.forEach(item -> add(item, numbers));
        }
    }
}
