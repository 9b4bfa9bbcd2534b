package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Translates {@code messages}. The parts of one message stay one message: its texts joined by a newline, as
 * llama-server and vLLM do, its images beside them. (Ollama's own {@code /v1} makes a message of each part, which some
 * templates render as several turns.)
 */
final class MessageReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ArrayNode messages;
    private final Map<String, String> functionNames = new HashMap<>();

    MessageReader(ArrayNode messages) {
        this.messages = messages;
    }

    ArrayNode translate() {
        for (JsonNode message : messages) {
            for (JsonNode call : message.path("tool_calls")) {
                functionNames.put(
                        call.path("id").asText(),
                        call.path("function").path("name").asText());
            }
        }
        ArrayNode translated = NODES.arrayNode();
        for (int i = 0; i < messages.size(); i++) {
            translated.add(message(Fields.of(messages.get(i), "messages[" + i + "]")));
        }
        return translated;
    }

    private ObjectNode message(Fields message) {
        String role = message.requiredText("role");
        ObjectNode translated = NODES.objectNode();
        // Chat templates know no "developer" and would drop the instructions without a word.
        translated.put("role", role.equals("developer") ? "system" : role);
        content(message, translated);
        message.text("reasoning")
                .or(() -> message.text("reasoning_content"))
                .ifPresent(reasoning -> translated.put("thinking", reasoning));
        message.list("tool_calls")
                .filter(calls -> !calls.isEmpty())
                .ifPresent(calls -> translated.set("tool_calls", toolCalls(calls, message.at("tool_calls"))));
        if (role.equals("tool")) {
            Optional<String> id = message.text("tool_call_id");
            message.text("name")
                    .or(() -> id.map(functionNames::get))
                    .ifPresent(name -> translated.put("tool_name", name));
            id.ifPresent(value -> translated.put("tool_call_id", value));
        }
        return translated;
    }

    private static void content(Fields message, ObjectNode translated) {
        JsonNode content = message.any("content").orElse(null);
        if (content == null) {
            if (!message.object().has("tool_calls")) {
                throw badField(
                        message.at("content"),
                        message.at("content") + " is missing; it must be a string or a list of parts, and may be null"
                                + " only beside tool_calls");
            }
            translated.put("content", "");
        } else if (content.isTextual()) {
            translated.set("content", content);
        } else if (content.isArray()) {
            parts((ArrayNode) content, message.at("content"), translated);
        } else {
            throw message.wrongType("content", "a string or a list of parts", content);
        }
    }

    private static void parts(ArrayNode parts, String path, ObjectNode translated) {
        var text = new StringJoiner("\n");
        ArrayNode images = NODES.arrayNode();
        for (int i = 0; i < parts.size(); i++) {
            Fields part = Fields.of(parts.get(i), path + "[" + i + "]");
            String type = part.requiredText("type");
            switch (type) {
                case "text" -> text.add(part.text("text").orElseThrow(() -> part.missing("text", "a string")));
                case "refusal" -> part.text("refusal").ifPresent(text::add);
                case "image_url" -> images.add(image(part));
                default ->
                    throw badField(
                            part.at("type"),
                            part.at("type") + " \"" + type + "\" is not supported; use \"text\" or \"image_url\"");
            }
        }
        translated.put("content", text.toString());
        if (!images.isEmpty()) {
            translated.set("images", images);
        }
    }

    /** The base64 text of a data URL, either directly or in the field {@code url} of an object. */
    private static String image(Fields part) {
        JsonNode value = part.any("image_url").orElseThrow(() -> part.missing("image_url", "an object with a url"));
        return value.isTextual()
                ? Images.ofUrl(value.textValue(), part.at("image_url"))
                : Images.ofUrl(Fields.of(value, part.at("image_url")).requiredText("url"), part.at("image_url.url"));
    }

    private static ArrayNode toolCalls(ArrayNode calls, String path) {
        ArrayNode translated = NODES.arrayNode();
        for (int i = 0; i < calls.size(); i++) {
            Fields call = Fields.of(calls.get(i), path + "[" + i + "]");
            Fields function = call.nested("function")
                    .orElseThrow(() -> call.missing("function", "an object with name and arguments"));
            ObjectNode entry = translated.addObject();
            call.text("id").ifPresent(id -> entry.put("id", id));
            entry.putObject("function")
                    .put("index", i)
                    .put("name", function.requiredText("name"))
                    .set("arguments", Arguments.read(function));
        }
        return translated;
    }
}
