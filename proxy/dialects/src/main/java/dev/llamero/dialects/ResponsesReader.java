package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Turns the body of {@code POST /v1/responses} into a call (specification 18.6). */
final class ResponsesReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int TOP_LOGPROBS_MAX = 20;
    private static final String LOGPROBS = "message.output_text.logprobs";

    private final Fields request;
    private final Manner manner;
    private final ObjectNode chat = NODES.objectNode();
    private final ObjectNode extras = NODES.objectNode();
    private final ObjectNode echo = NODES.objectNode();

    ResponsesReader(Fields request, Manner manner) {
        this.request = request;
        this.manner = manner;
    }

    ResponsesRequest translate() {
        String model = manner == Manner.OFFICIAL
                ? request.requiredText("model")
                : request.text("model").orElse("");
        if (manner == Manner.OFFICIAL) {
            refuseState();
        }
        chat.put("model", model);
        Optional<String> instructions = request.text("instructions").filter(text -> !text.isEmpty());
        ArrayNode messages = new ResponsesInput(request, manner).messages();
        if (instructions.isPresent()) {
            ArrayNode all = NODES.arrayNode();
            all.addObject().put("role", "system").put("content", instructions.get());
            messages = all.addAll(messages);
        }
        chat.set("messages", messages);
        chat.put("stream", true);
        format();
        ToolChoice choice = tools();
        think();
        logprobs();
        request.any("keep_alive").ifPresent(value -> chat.set("keep_alive", value));
        chat.set("options", options());
        boolean stream = request.flag("stream").orElse(false);
        boolean parallel = request.flag("parallel_tool_calls").orElse(true);
        if (!parallel) {
            extras.put("parallel_tool_calls", false);
        }
        echo(instructions, parallel);
        var call = new ModelCall(Operation.CHAT, model, chat, choice, extras);
        return new ResponsesRequest(call, model, stream, echo, parallel, manner);
    }

    /** What needs a memory of earlier responses, or answers that come later. */
    private void refuseState() {
        for (String field : new String[] {"previous_response_id", "conversation", "prompt"}) {
            if (request.any(field).isPresent()) {
                throw badField(
                        field,
                        field + " is not supported: responses are not stored; send the whole conversation as input");
            }
        }
        if (request.flag("background").orElse(false)) {
            throw badField("background", "background is not supported: responses are not stored; use stream");
        }
    }

    private ObjectNode options() {
        return new Sampling(request)
                .length("max_output_tokens")
                .numbers("temperature", "top_p")
                .orInOllama(manner, 1.0, "temperature")
                .options();
    }

    private void format() {
        Optional<Fields> format = request.nested("text").flatMap(text -> text.nested("format"));
        String type = format.flatMap(fields -> fields.text("type")).orElse("text");
        switch (type) {
            case "text" -> {}
            case "json_object" -> chat.put("format", "json");
            case "json_schema" -> {
                Fields given = format.orElseThrow();
                Fields schema =
                        given.nested("schema").orElseThrow(() -> given.missing("schema", "an object, the JSON schema"));
                chat.set("format", schema.object());
                ObjectNode wrapped = NODES.objectNode();
                wrapped.put("name", given.text("name").orElse("answer"));
                wrapped.set("schema", schema.object());
                given.flag("strict").ifPresent(strict -> wrapped.put("strict", strict));
                extras.putObject("response_format").put("type", type).set("json_schema", wrapped);
            }
            default ->
                throw badField(
                        "text.format.type",
                        "text.format.type \"" + type
                                + "\" is not supported; use \"text\", \"json_object\" or \"json_schema\"");
        }
        echo.putObject("text")
                .set(
                        "format",
                        format.map(Fields::object)
                                .orElseGet(() -> NODES.objectNode().put("type", "text")));
    }

    private ToolChoice tools() {
        ArrayNode tools = request.list("tools").orElseGet(NODES::arrayNode);
        ArrayNode translated = NODES.arrayNode();
        ArrayNode echoed = echo.putArray("tools");
        for (int i = 0; i < tools.size(); i++) {
            Fields tool = Fields.of(tools.get(i), "tools[" + i + "]");
            tool("", tool, translated);
            echoed.add(echoed(tool));
        }
        if (!translated.isEmpty()) {
            chat.set("tools", translated);
        }
        return ToolChoice.read(request).among(translated);
    }

    private void tool(String namespace, Fields tool, ArrayNode translated) {
        String type = tool.requiredText("type");
        if (type.equals("namespace")) {
            String name = tool.text("name").orElse("");
            ArrayNode members = tool.list("tools").orElseGet(NODES::arrayNode);
            for (int i = 0; i < members.size(); i++) {
                tool(
                        namespace + (name.isEmpty() ? "" : name + "."),
                        Fields.of(members.get(i), tool.at("tools[" + i + "]")),
                        translated);
            }
            return;
        }
        if (!type.equals("function")) {
            // A model that is not offered a built-in tool just does not use it: Ollama's callers send some unasked.
            if (manner == Manner.OLLAMA) {
                return;
            }
            throw badField(tool.at("type"), tool.at("type") + " \"" + type + "\" is not supported; use \"function\"");
        }
        String name = tool.requiredText("name");
        ObjectNode function = NODES.objectNode();
        function.put("name", name.startsWith(namespace) ? name : namespace + name);
        tool.text("description").ifPresent(text -> function.put("description", text));
        tool.nested("parameters").ifPresent(parameters -> function.set("parameters", parameters.object()));
        translated.addObject().put("type", "function").set("function", function);
    }

    /** As Ollama repeats tools: these five members, and the rest of a namespace. */
    private static ObjectNode echoed(Fields tool) {
        ObjectNode echoed = NODES.objectNode();
        for (String name : new String[] {"type", "name", "description", "strict", "parameters"}) {
            echoed.set(name, SortedJson.of(tool.any(name).orElseGet(NODES::nullNode)));
        }
        tool.any("tools").ifPresent(members -> echoed.set("tools", members));
        return echoed;
    }

    private void think() {
        Optional<Fields> reasoning = request.nested("reasoning");
        Optional<String> effort =
                reasoning.flatMap(given -> given.text("effort")).filter(word -> !word.isEmpty());
        Optional<String> summary =
                reasoning.flatMap(given -> given.text("summary")).filter(word -> !word.isEmpty());
        if (effort.isPresent()) {
            Sampling.think(chat, effort.get(), "reasoning.effort");
            extras.put("reasoning_effort", effort.get());
        }
        if (effort.isEmpty() && summary.isEmpty()) {
            echo.putNull("reasoning");
            return;
        }
        ObjectNode echoed = echo.putObject("reasoning");
        effort.ifPresent(word -> echoed.put("effort", word));
        summary.ifPresent(word -> echoed.put("summary", word));
        if (summary.isEmpty()
                && manner == Manner.OLLAMA
                && request.flag("stream").orElse(false)) {
            // Ollama's events have the member always, its whole answers only if it was given.
            echoed.putNull("summary");
        }
    }

    private void logprobs() {
        ArrayNode include = request.list("include").orElseGet(NODES::arrayNode);
        for (int i = 0; i < include.size(); i++) {
            if (!include.get(i).isTextual()) {
                throw request.wrongType("include[" + i + "]", "a string", include.get(i));
            }
            if (include.get(i).textValue().equals(LOGPROBS)) {
                chat.put("logprobs", true);
            }
        }
        long alternatives = request.integer("top_logprobs", 0, TOP_LOGPROBS_MAX).orElse(0L);
        if (alternatives > 0) {
            chat.put("logprobs", true).put("top_logprobs", alternatives);
        }
        echo.put("top_logprobs", alternatives);
    }

    private void echo(Optional<String> instructions, boolean parallel) {
        echo.put("instructions", instructions.orElse(null));
        echo.put("truncation", request.text("truncation").orElse("disabled"));
        echo.set("top_p", number("top_p"));
        echo.set("temperature", number("temperature"));
        echo.set("max_output_tokens", request.any("max_output_tokens").orElseGet(NODES::nullNode));
        echo.put("background", request.flag("background").orElse(false));
        boolean official = manner == Manner.OFFICIAL;
        JsonNode choice = request.any("tool_choice").orElse(NODES.textNode("auto"));
        echo.set("tool_choice", official ? choice : NODES.textNode("auto"));
        echo.put("parallel_tool_calls", !official || parallel);
        echo.set(
                "metadata",
                official
                        ? request.nested("metadata").map(Fields::object).orElseGet(NODES::objectNode)
                        : NODES.objectNode());
    }

    private JsonNode number(String name) {
        return request.number(name).orElse(manner == Manner.OLLAMA ? NODES.numberNode(1) : NODES.nullNode());
    }
}
