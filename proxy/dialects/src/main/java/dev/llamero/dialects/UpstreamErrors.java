package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds the sentence in a model server's error. */
public final class UpstreamErrors {
    private static final int QUOTED_CHARS_MAX = 300;

    private UpstreamErrors() {}

    /**
     * Reads the body of an answer whose status is not 200: Ollama's {@code {"error":"..."}}, OpenAI's object, or any
     * text.
     */
    public static DialectError.Refused read(int status, byte[] body) {
        JsonNode error = parse(new String(body, StandardCharsets.UTF_8))
                .map(root -> root.get("error"))
                .orElse(null);
        if (error != null && !error.isNull()) {
            return new DialectError.Refused(status, text(error));
        }
        String quoted = new String(body, StandardCharsets.UTF_8).strip();
        return new DialectError.Refused(
                status,
                "the model server answered with status " + status
                        + (quoted.isEmpty()
                                ? ""
                                : ": " + quoted.substring(0, Math.min(quoted.length(), QUOTED_CHARS_MAX))));
    }

    /** The error that a server of OpenAI's dialect reports within a stream or a whole answer. */
    static DialectError.Refused inStream(JsonNode error) {
        int code = error.path("code").asInt();
        return new DialectError.Refused(code >= 400 && code < 600 ? code : 500, text(error));
    }

    /** The sentence in an {@code error} value, also where Ollama passed its engine's JSON on inside a string. */
    static String text(JsonNode error) {
        if (error.isObject()) {
            return error.path("message").asText(error.toString());
        }
        String text = error.asText();
        if (!text.startsWith("{")) {
            return text;
        }
        return parse(text)
                .map(root -> root.path("error").path("message"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .orElse(text);
    }

    private static Optional<JsonNode> parse(String text) {
        try {
            JsonNode root = Json.read(text.getBytes(StandardCharsets.UTF_8));
            return Optional.of(root).filter(JsonNode::isObject);
        } catch (Json.InvalidJson e) {
            // Not JSON: the caller falls back to the text itself.
            return Optional.empty();
        }
    }
}
