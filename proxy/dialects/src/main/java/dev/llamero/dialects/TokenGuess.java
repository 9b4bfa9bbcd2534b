package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * How many tokens a prompt of Anthropic's dialect may have, before anybody has counted: a quarter of its bytes, as
 * Ollama guesses. Schemas of tools count without their blanks.
 */
final class TokenGuess {
    private static final int BYTES_PER_TOKEN = 4;

    private TokenGuess() {}

    static long of(JsonNode request) {
        long bytes = content(request.path("system"));
        for (JsonNode message : request.path("messages")) {
            bytes += bytes(message.path("role").asText("")) + content(message.path("content"));
        }
        for (JsonNode tool : request.path("tools")) {
            bytes += bytes(tool.path("name").asText(""))
                    + bytes(tool.path("description").asText(""));
            if (tool.has("input_schema")) {
                bytes += bytes(tool.get("input_schema").toString());
            }
        }
        return Math.max(1, bytes / BYTES_PER_TOKEN);
    }

    private static long content(JsonNode content) {
        if (content.isTextual()) {
            return bytes(content.textValue());
        }
        long bytes = 0;
        for (JsonNode block : content) {
            bytes += bytes(block.path("text").asText(""))
                    + bytes(block.path("thinking").asText(""));
            String type = block.path("type").asText("");
            if (type.equals("tool_use") || type.equals("tool_result")) {
                bytes += bytes(block.toString());
            }
        }
        return bytes;
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
