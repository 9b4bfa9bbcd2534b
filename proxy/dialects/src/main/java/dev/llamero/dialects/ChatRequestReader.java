package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;

/**
 * Turns the body of {@code POST /v1/chat/completions} into one of {@code POST /api/chat} (specification 18.2). Fields
 * it does not know are ignored, as by Ollama.
 */
final class ChatRequestReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** OpenAI's default for both; Ollama's own {@code /v1} sends it too, over the model's parameters. */
    private static final double SAMPLING_DEFAULT = 1.0;

    /** Ollama's -1 means no limit, -2 until the context is full. */
    private static final int NUM_PREDICT_MIN = -2;

    private static final int TOP_LOGPROBS_MAX = 20;

    private final Fields request;
    private final ObjectNode chat = NODES.objectNode();

    private ChatRequestReader(Fields request) {
        this.request = request;
    }

    static ChatCall read(byte[] body) {
        return new ChatRequestReader(new Fields(parse(body), "")).translate();
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode root = Json.read(body);
            if (root.isMissingNode()) {
                throw badJson("the request body is empty; send a JSON object with model and messages");
            }
            if (root.isNull()) {
                return NODES.objectNode();
            }
            if (!root.isObject()) {
                throw badJson("the request body must be a JSON object, not " + Fields.describe(root));
            }
            return root;
        } catch (Json.InvalidJson e) {
            throw badJson("the request body is not valid JSON: " + e.getMessage());
        }
    }

    private static DialectException badJson(String message) {
        return new DialectException(new DialectError.BadJson(message));
    }

    private ChatCall translate() {
        ArrayNode messages = request.list("messages")
                .filter(list -> !list.isEmpty())
                .orElseThrow(() -> badField("messages", "[] is too short - 'messages'"));
        String model = request.requiredText("model");
        boolean stream = request.flag("stream").orElse(false);
        boolean includeUsage = request.nested("stream_options")
                .flatMap(options -> options.flag("include_usage"))
                .orElse(false);
        chat.put("model", model);
        chat.set("messages", new MessageReader(messages).translate());
        chat.put("stream", true);
        responseFormat();
        tools();
        think();
        logprobs();
        request.any("keep_alive").ifPresent(value -> chat.set("keep_alive", value));
        chat.set("options", options());
        return new ChatCall(model, stream, includeUsage, chat);
    }

    private ObjectNode options() {
        // "options" is Ollama's own field: what OpenAI has a name for wins over it, but not over nothing.
        ObjectNode options = request.nested("options")
                .map(given -> ((ObjectNode) given.object()).deepCopy())
                .orElseGet(NODES::objectNode);
        request.integer("max_completion_tokens", NUM_PREDICT_MIN, Integer.MAX_VALUE)
                .or(() -> request.integer("max_tokens", NUM_PREDICT_MIN, Integer.MAX_VALUE))
                .ifPresent(max -> options.put("num_predict", max));
        for (String name : new String[] {"temperature", "top_p"}) {
            Optional<JsonNode> given = request.number(name);
            if (given.isPresent() || !options.has(name)) {
                options.set(name, given.orElseGet(() -> NODES.numberNode(SAMPLING_DEFAULT)));
            }
        }
        request.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE).ifPresent(seed -> options.put("seed", seed));
        for (String name : new String[] {"frequency_penalty", "presence_penalty", "min_p"}) {
            request.number(name).ifPresent(value -> options.set(name, value));
        }
        request.integer("top_k", 0, Integer.MAX_VALUE).ifPresent(value -> options.put("top_k", value));
        request.any("stop").ifPresent(stop -> options.set("stop", stopList(stop)));
        return options;
    }

    private ArrayNode stopList(JsonNode stop) {
        if (stop.isTextual()) {
            return NODES.arrayNode().add(stop);
        }
        if (!stop.isArray()) {
            throw request.wrongType("stop", "a string or a list of strings", stop);
        }
        for (int i = 0; i < stop.size(); i++) {
            if (!stop.get(i).isTextual()) {
                throw request.wrongType("stop[" + i + "]", "a string", stop.get(i));
            }
        }
        return (ArrayNode) stop;
    }

    private void responseFormat() {
        Optional<Fields> format = request.nested("response_format");
        String type = format.flatMap(fields -> fields.text("type")).orElse("text");
        switch (type) {
            case "text" -> {}
            case "json_object" -> chat.put("format", "json");
            case "json_schema" ->
                format.orElseThrow()
                        .nested("json_schema")
                        .orElseThrow(() -> format.orElseThrow().missing("json_schema", "an object with a schema"))
                        .nested("schema")
                        .ifPresent(schema -> chat.set("format", schema.object()));
            default ->
                throw badField(
                        "response_format.type",
                        "response_format.type \"" + type
                                + "\" is not supported; use \"text\", \"json_object\" or \"json_schema\"");
        }
    }

    private void tools() {
        ArrayNode tools = request.list("tools").orElseGet(NODES::arrayNode);
        for (int i = 0; i < tools.size(); i++) {
            functionName(tools, i);
        }
        ToolChoice choice = toolChoice();
        ArrayNode offered = NODES.arrayNode();
        for (int i = 0; i < tools.size(); i++) {
            if (choice.allows(functionName(tools, i))) {
                offered.add(tools.get(i));
            }
        }
        if (choice instanceof ToolChoice.Only(String name) && offered.isEmpty()) {
            throw badField("tool_choice", "tool_choice names the function \"" + name + "\", which is not in tools");
        }
        if (!offered.isEmpty()) {
            chat.set("tools", offered);
        }
    }

    private static String functionName(ArrayNode tools, int i) {
        Fields tool = Fields.of(tools.get(i), "tools[" + i + "]");
        return tool.nested("function")
                .orElseThrow(() -> tool.missing("function", "an object with a name"))
                .requiredText("name");
    }

    /** The model decides whether to call; a caller can only withhold tools. So "required" counts as "auto". */
    private ToolChoice toolChoice() {
        Optional<JsonNode> choice = request.any("tool_choice");
        if (choice.isEmpty()) {
            return new ToolChoice.Any();
        }
        if (choice.get() instanceof TextNode text) {
            return switch (text.textValue()) {
                case "none" -> new ToolChoice.None();
                case "auto", "required" -> new ToolChoice.Any();
                default ->
                    throw badField(
                            "tool_choice",
                            "tool_choice \"" + text.textValue()
                                    + "\" is not one of \"none\", \"auto\", \"required\" or an object");
            };
        }
        if (!choice.get().isObject()) {
            throw request.wrongType("tool_choice", "a string or an object", choice.get());
        }
        Fields named = new Fields(choice.get(), "tool_choice");
        return new ToolChoice.Only(named.nested("function")
                .orElseThrow(() -> named.missing("function", "an object with a name"))
                .requiredText("name"));
    }

    private void think() {
        Optional<String> effort = request.nested("reasoning")
                .flatMap(reasoning -> reasoning.text("effort"))
                .or(() -> request.text("reasoning_effort"))
                .filter(value -> !value.isEmpty());
        if (effort.isEmpty()) {
            request.any("think").ifPresent(think -> chat.set("think", think));
            return;
        }
        switch (effort.get()) {
            case "none" -> chat.put("think", false);
            case "minimal" -> chat.put("think", "low");
            case "low", "medium", "high", "max" -> chat.put("think", effort.get());
            case "xhigh", "ultra" -> chat.put("think", "max");
            default ->
                throw badField(
                        request.any("reasoning").isPresent() ? "reasoning.effort" : "reasoning_effort",
                        "invalid reasoning value: \"" + effort.get() + "\" (must be \"minimal\", \"low\", \"medium\","
                                + " \"high\", \"xhigh\", \"ultra\", \"max\", or \"none\")");
        }
    }

    private void logprobs() {
        boolean wanted = request.flag("logprobs").orElse(false);
        Optional<Long> alternatives = request.integer("top_logprobs", 0, TOP_LOGPROBS_MAX);
        if (wanted) {
            chat.put("logprobs", true);
            alternatives.ifPresent(count -> chat.put("top_logprobs", count));
        }
    }

    /** Which of the offered tools the model gets to see. */
    private sealed interface ToolChoice {
        boolean allows(String function);

        record Any() implements ToolChoice {
            @Override
            public boolean allows(String function) {
                return true;
            }
        }

        record None() implements ToolChoice {
            @Override
            public boolean allows(String function) {
                return false;
            }
        }

        record Only(String name) implements ToolChoice {
            @Override
            public boolean allows(String function) {
                return name.equals(function);
            }
        }
    }
}
