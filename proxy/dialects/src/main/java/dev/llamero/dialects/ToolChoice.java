package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;

/** Which of the offered tools the model may or must call. */
public sealed interface ToolChoice {
    /** The model decides. */
    record Auto() implements ToolChoice {}

    /** No call. */
    record None() implements ToolChoice {}

    /** At least one call of any tool. */
    record Required() implements ToolChoice {}

    /** A call of this function. */
    record Named(String name) implements ToolChoice {}

    /** Whether a model may see this function at all. */
    default boolean offers(String function) {
        return switch (this) {
            case Auto _, Required _ -> true;
            case None _ -> false;
            case Named named -> named.name().equals(function);
        };
    }

    /** The same choice, if what it names is among the tools. */
    default ToolChoice among(ArrayNode tools) {
        if (this instanceof Named(String name)) {
            for (JsonNode tool : tools) {
                if (tool.path("function").path("name").asText().equals(name)) {
                    return this;
                }
            }
            throw badField("tool_choice", "tool_choice names the function \"" + name + "\", which is not in tools");
        }
        return this;
    }

    /** As chat completions write it; a missing node for the default. */
    default JsonNode openAi() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (this) {
            case Auto _ -> nodes.missingNode();
            case None _ -> nodes.textNode("none");
            case Required _ -> nodes.textNode("required");
            case Named named ->
                nodes.objectNode()
                        .put("type", "function")
                        .set("function", nodes.objectNode().put("name", named.name()));
        };
    }

    /** Reads {@code tool_choice} of chat completions and of responses, whose named choice has its name outside. */
    static ToolChoice read(Fields request) {
        JsonNode choice = request.any("tool_choice").orElse(null);
        if (choice == null) {
            return new Auto();
        }
        if (choice instanceof TextNode text) {
            return switch (text.textValue()) {
                case "none" -> new None();
                case "auto" -> new Auto();
                case "required", "any" -> new Required();
                default ->
                    throw badField(
                            "tool_choice",
                            "tool_choice \"" + text.textValue()
                                    + "\" is not one of \"none\", \"auto\", \"required\" or an object");
            };
        }
        if (!choice.isObject()) {
            throw request.wrongType("tool_choice", "a string or an object", choice);
        }
        Fields named = new Fields(choice, "tool_choice");
        Fields owner = named.nested("function").orElse(named);
        if (owner == named && named.any("name").isEmpty()) {
            throw named.missing("function", "an object with a name");
        }
        return new Named(owner.requiredText("name"));
    }
}
