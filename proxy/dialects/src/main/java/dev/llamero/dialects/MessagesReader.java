package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;

/** Turns the body of {@code POST /v1/messages} into a call (specification 19). */
final class MessagesReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Fields request;
    private final Manner manner;
    private final ObjectNode chat = NODES.objectNode();
    private final ObjectNode extras = NODES.objectNode();

    MessagesReader(Fields request, Manner manner) {
        this.request = request;
        this.manner = manner;
    }

    MessagesRequest translate() {
        String model = request.text("model")
                .filter(name -> !name.isEmpty())
                .orElseThrow(() -> badField("model", "model is required"));
        if (request.integer("max_tokens", Integer.MIN_VALUE, Integer.MAX_VALUE).orElse(0L) <= 0) {
            throw badField("max_tokens", "max_tokens is required and must be positive");
        }
        ArrayNode given = request.list("messages")
                .filter(list -> !list.isEmpty())
                .orElseThrow(() -> badField("messages", "messages is required"));
        chat.put("model", model);
        ArrayNode messages = chat.putArray("messages");
        system().ifPresent(text -> messages.addObject().put("role", "system").put("content", text));
        new ContentBlocks(given).addTo(messages);
        chat.put("stream", true);
        tools();
        Optional<Fields> choice = request.nested("tool_choice");
        think();
        format();
        request.any("keep_alive").ifPresent(value -> chat.set("keep_alive", value));
        chat.set("options", options());
        boolean parallel = !choice.flatMap(fields -> fields.flag("disable_parallel_tool_use"))
                .orElse(false);
        if (!parallel) {
            extras.put("parallel_tool_calls", false);
        }
        ArrayNode offered = chat.path("tools") instanceof ArrayNode tools ? tools : NODES.arrayNode();
        ToolChoice toolChoice = choice.map(MessagesReader::choice)
                .orElseGet(ToolChoice.Auto::new)
                .among(offered);
        var call = new ModelCall(Operation.CHAT, model, chat, toolChoice, extras);
        boolean stream = request.flag("stream").orElse(false);
        return new MessagesRequest(call, model, stream, TokenGuess.of(request.object()), parallel, manner);
    }

    private Optional<String> system() {
        JsonNode system = request.any("system").orElse(NODES.textNode(""));
        if (system.isTextual()) {
            return Optional.of(system.textValue()).filter(text -> !text.isEmpty());
        }
        if (!system.isArray()) {
            throw request.wrongType("system", "a string or a list of text blocks", system);
        }
        var text = new StringBuilder();
        for (int i = 0; i < system.size(); i++) {
            Fields block = Fields.of(system.get(i), "system[" + i + "]");
            if (block.text("type").orElse("").equals("text")) {
                block.text("text").ifPresent(text::append);
            }
        }
        return Optional.of(text.toString()).filter(joined -> !joined.isEmpty());
    }

    private ObjectNode options() {
        return new Sampling(request)
                .length("max_tokens")
                .numbers("temperature", "top_p")
                .integers(0, Integer.MAX_VALUE, "top_k")
                .stop("stop_sequences")
                .options();
    }

    private void tools() {
        ArrayNode tools = request.list("tools").orElseGet(NODES::arrayNode);
        ArrayNode translated = NODES.arrayNode();
        for (int i = 0; i < tools.size(); i++) {
            Fields tool = Fields.of(tools.get(i), "tools[" + i + "]");
            String type = tool.text("type").orElse("custom");
            if (!type.equals("custom")
                    && !type.isEmpty()
                    && tool.any("input_schema").isEmpty()) {
                // A model that is not offered a server's tool just does not use it.
                if (manner == Manner.OLLAMA) {
                    continue;
                }
                throw badField(tool.at("type"), tool.at("type") + " \"" + type + "\" is not supported; use \"custom\"");
            }
            ObjectNode function = NODES.objectNode().put("name", tool.requiredText("name"));
            tool.text("description").ifPresent(text -> function.put("description", text));
            tool.nested("input_schema").ifPresent(schema -> function.set("parameters", schema.object()));
            translated.addObject().put("type", "function").set("function", function);
        }
        if (!translated.isEmpty()) {
            chat.set("tools", translated);
        }
    }

    private static ToolChoice choice(Fields choice) {
        String type = choice.requiredText("type");
        return switch (type) {
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "any" -> new ToolChoice.Required();
            case "tool" -> new ToolChoice.Named(choice.requiredText("name"));
            default ->
                throw badField(
                        "tool_choice.type",
                        "tool_choice.type \"" + type + "\" is not one of \"auto\", \"any\", \"tool\" or \"none\"");
        };
    }

    private void think() {
        Optional<Fields> thinking = request.nested("thinking");
        String type = thinking.flatMap(fields -> fields.text("type")).orElse("");
        thinking.ifPresent(fields -> fields.integer("budget_tokens", 0, Integer.MAX_VALUE));
        String effort = request.nested("output_config")
                .flatMap(fields -> fields.text("effort"))
                .map(word -> word.strip().toLowerCase(Locale.ROOT))
                .orElse("");
        switch (type) {
            case "enabled" -> enableThinking();
            case "disabled" -> chat.put("think", false);
            case "", "adaptive" -> {
                switch (effort) {
                    case "low", "medium", "high", "max" -> chat.put("think", effort);
                    case "xhigh" -> chat.put("think", "high");
                    default -> {}
                }
            }
            default ->
                throw badField(
                        "thinking.type",
                        "thinking.type \"" + type + "\" is not one of \"enabled\", \"disabled\" or \"adaptive\"");
        }
    }

    /**
     * Clients of this API ask every model to think. A model that can does so unasked; one that cannot would be refused
     * by an Ollama server, of whose models the proxy knows nothing.
     */
    private void enableThinking() {
        if (manner == Manner.OLLAMA) {
            chat.put("think", true);
        } else {
            extras.putObject("chat_template_kwargs").put("enable_thinking", true);
        }
    }

    /** Structured output: {@code output_config.format}, or the older {@code output_format}. */
    private void format() {
        Optional<Fields> format = request.nested("output_config")
                .flatMap(config -> config.nested("format"))
                .or(() -> request.nested("output_format"));
        if (format.isEmpty()) {
            return;
        }
        Fields given = format.get();
        String type = given.requiredText("type");
        if (!type.equals("json_schema")) {
            throw badField(
                    given.at("type"), given.at("type") + " \"" + type + "\" is not supported; use \"json_schema\"");
        }
        chat.set(
                "format",
                given.nested("schema")
                        .orElseThrow(() -> given.missing("schema", "an object, the JSON schema"))
                        .object());
    }
}
