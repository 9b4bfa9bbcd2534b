package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Turns the body of {@code POST /v1/chat/completions} into a call (specification 18.2). Fields it does not know are
 * ignored, as by Ollama.
 */
final class ChatRequestReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final int TOP_LOGPROBS_MAX = 20;

    /** Fields that pass only to servers of OpenAI's dialect; Ollama has nothing like them. */
    private static final String[] PASSED = {"logit_bias", "user", "parallel_tool_calls", "chat_template_kwargs"};

    private final Fields request;
    private final Manner manner;
    private final ObjectNode chat = NODES.objectNode();
    private final ObjectNode extras = NODES.objectNode();

    ChatRequestReader(Fields request, Manner manner) {
        this.request = request;
        this.manner = manner;
    }

    ChatCompletionRequest translate() {
        ArrayNode messages = request.list("messages")
                .filter(list -> !list.isEmpty())
                .orElseThrow(() -> badField("messages", "[] is too short - 'messages'"));
        String model = manner == Manner.OFFICIAL
                ? request.requiredText("model")
                : request.text("model").orElse("");
        boolean stream = request.flag("stream").orElse(false);
        boolean includeUsage = request.nested("stream_options")
                .flatMap(options -> options.flag("include_usage"))
                .orElse(false);
        if (manner == Manner.OFFICIAL) {
            onlyOne(request, "n", "");
        }
        chat.put("model", model);
        chat.set("messages", new MessageReader(messages).translate());
        chat.put("stream", true);
        responseFormat();
        ToolChoice choice = tools();
        think();
        logprobs();
        request.any("keep_alive").ifPresent(value -> chat.set("keep_alive", value));
        chat.set("options", options());
        for (String name : PASSED) {
            request.any(name).ifPresent(value -> extras.set(name, value));
        }
        boolean parallel = request.flag("parallel_tool_calls").orElse(true);
        var call = new ModelCall(Operation.CHAT, model, chat, choice, extras);
        return new ChatCompletionRequest(call, model, stream, includeUsage, parallel);
    }

    /** Refuses a request for several answers. */
    static void onlyOne(Fields request, String field, String remedy) {
        if (request.integer(field, 1, Integer.MAX_VALUE).orElse(1L) > 1) {
            throw badField(field, field + " above 1 is not supported; send the request several times" + remedy);
        }
    }

    private ObjectNode options() {
        return new Sampling(request)
                .length("max_completion_tokens", "max_tokens")
                .numbers("temperature", "top_p")
                .orInOllama(manner, 1.0, "temperature", "top_p")
                .integers(Long.MIN_VALUE, Long.MAX_VALUE, "seed")
                .numbers("frequency_penalty", "presence_penalty", "min_p")
                .integers(0, Integer.MAX_VALUE, "top_k")
                .stop("stop")
                .options();
    }

    private void responseFormat() {
        Optional<Fields> format = request.nested("response_format");
        String type = format.flatMap(fields -> fields.text("type")).orElse("text");
        switch (type) {
            case "text" -> {}
            case "json_object" -> chat.put("format", "json");
            case "json_schema" -> {
                Fields schema = format.orElseThrow()
                        .nested("json_schema")
                        .orElseThrow(() -> format.orElseThrow().missing("json_schema", "an object with a schema"));
                schema.text("name");
                schema.flag("strict");
                schema.nested("schema").ifPresent(given -> {
                    chat.set("format", given.object());
                    extras.set("response_format", format.orElseThrow().object());
                });
            }
            default ->
                throw badField(
                        "response_format.type",
                        "response_format.type \"" + type
                                + "\" is not supported; use \"text\", \"json_object\" or \"json_schema\"");
        }
    }

    private ToolChoice tools() {
        ArrayNode tools = request.list("tools").orElseGet(NODES::arrayNode);
        for (int i = 0; i < tools.size(); i++) {
            Fields tool = Fields.of(tools.get(i), "tools[" + i + "]");
            Fields function =
                    tool.nested("function").orElseThrow(() -> tool.missing("function", "an object with a name"));
            function.requiredText("name");
            function.text("description");
            function.nested("parameters");
        }
        if (!tools.isEmpty()) {
            chat.set("tools", tools);
        }
        return ToolChoice.read(request).among(tools);
    }

    private void think() {
        Optional<String> inside = request.nested("reasoning")
                .flatMap(reasoning -> reasoning.text("effort"))
                .filter(word -> !word.isEmpty());
        Optional<String> outside = request.text("reasoning_effort").filter(word -> !word.isEmpty());
        if (inside.isPresent()) {
            Sampling.think(chat, inside.get(), "reasoning.effort");
        } else if (outside.isPresent()) {
            Sampling.think(chat, outside.get(), "reasoning_effort");
            extras.put("reasoning_effort", outside.get());
        } else {
            request.any("think").ifPresent(think -> chat.set("think", think));
        }
    }

    private void logprobs() {
        boolean wanted = request.flag("logprobs").orElse(false);
        if (manner == Manner.OLLAMA) {
            // Its own call judges the range, wanted or not.
            if (wanted) {
                chat.put("logprobs", true);
            }
            request.number("top_logprobs").ifPresent(count -> chat.set("top_logprobs", count));
            return;
        }
        Optional<Long> alternatives = request.integer("top_logprobs", 0, TOP_LOGPROBS_MAX);
        if (wanted) {
            chat.put("logprobs", true);
            alternatives.ifPresent(count -> chat.put("top_logprobs", count));
        }
    }
}
