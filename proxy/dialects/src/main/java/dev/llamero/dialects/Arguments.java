package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Arguments of tool calls: objects for Ollama and Anthropic, JSON within a string for OpenAI. */
final class Arguments {
    private Arguments() {}

    /** The field {@code arguments} as an object; an empty text and an object itself are taken as well. */
    static JsonNode read(Fields function) {
        JsonNode value = function.any("arguments").orElseGet(JsonNodeFactory.instance::objectNode);
        if (value.isObject()) {
            return value;
        }
        if (!value.isTextual()) {
            throw function.wrongType("arguments", "a string that holds a JSON object", value);
        }
        return object(value.textValue())
                .orElseThrow(() -> badField(function.at("arguments"), "invalid tool call arguments"));
    }

    /** The object that a text holds, empty if it holds none; a blank text is an empty object. */
    static Optional<ObjectNode> object(String text) {
        if (text.isBlank()) {
            return Optional.of(JsonNodeFactory.instance.objectNode());
        }
        try {
            return Json.read(text.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (Json.InvalidJson e) {
            return Optional.empty();
        }
    }
}
