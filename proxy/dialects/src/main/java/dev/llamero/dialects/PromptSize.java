package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How many tokens the prompt of a call may have, before its model server has counted.
 *
 * @param guess probably: a quarter of its bytes
 * @param max at most, but for the words of the model's own template: no token is shorter than a byte, and what stands
 *     around a message is shorter than {@link #TOKENS_PER_MESSAGE}
 */
public record PromptSize(long guess, long max) {
    static final int TOKENS_PER_MESSAGE = 16;

    /** Llama 3.2 Vision and Qwen-VL take up to some thousand for a large image. */
    private static final int TOKENS_PER_IMAGE = 4096;

    private static final int BYTES_PER_TOKEN = 4;

    /** Of a call. */
    public static PromptSize of(ModelCall call) {
        JsonNode body = call.body();
        long bytes = bytes(body.path("prompt"))
                + bytes(body.path("suffix"))
                + bytes(body.path("system"))
                + bytes(body.path("tools"))
                + bytes(body.path("input"));
        long images = body.path("images").size();
        long parts = 1 + body.path("tools").size() + body.path("input").size();
        for (JsonNode message : body.path("messages")) {
            bytes += bytes(message.path("content"))
                    + bytes(message.path("thinking"))
                    + bytes(message.path("tool_calls"))
                    + bytes(message.path("tool_name"));
            images += message.path("images").size();
            parts++;
        }
        long around = parts * TOKENS_PER_MESSAGE;
        return new PromptSize(
                bytes / BYTES_PER_TOKEN + parts + images * (TOKENS_PER_IMAGE / 4),
                bytes + around + images * TOKENS_PER_IMAGE);
    }

    /** Of text its bytes; of all else those of its names, texts and numbers. */
    private static long bytes(JsonNode node) {
        if (node.isTextual()) {
            return utf8Bytes(node.textValue());
        }
        if (node.isValueNode()) {
            return node.asText("").length();
        }
        long bytes = 0;
        for (var field : node.properties()) {
            bytes += utf8Bytes(field.getKey()) + 1;
        }
        for (JsonNode child : node) {
            bytes += bytes(child) + 1;
        }
        return bytes;
    }

    private static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A half of a surrogate pair is two of the pair's four bytes.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
