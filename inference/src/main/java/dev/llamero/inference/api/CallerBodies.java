package dev.llamero.inference.api;

import dev.llamero.dialects.ChatCompletionRequest;
import dev.llamero.dialects.CompletionRequest;
import dev.llamero.dialects.Manner;
import dev.llamero.dialects.MessagesRequest;
import dev.llamero.dialects.ResponsesRequest;

/**
 * Bodies of the routes that speak other dialects than Ollama's. What is no JSON object, or has fields of a wrong type,
 * is told in the words of Go's decoder, as on every other route; the rest in the words of the translation.
 *
 * <p>Each method throws {@link BadJsonException} for the first, and {@link dev.llamero.dialects.DialectException} for
 * the second.
 */
public final class CallerBodies {
    private static final GoShape STREAM_OPTIONS = new GoShape("openai.StreamOptions").with("bool", "include_usage");

    private static final GoShape TOOL_CALL = new GoShape("openai.ToolCall")
            .with("string", "id", "type")
            .with("int", "index")
            .with(
                    "function",
                    new GoShape("struct { Name string \"json:\\\"name\\\"\"; Arguments string"
                                    + " \"json:\\\"arguments\\\"\" }")
                            .with("string", "name", "arguments"));

    private static final GoShape CHAT_MESSAGE = new GoShape("openai.Message")
            .with("string", "role", "reasoning", "name", "tool_call_id")
            .with("any", "content")
            .withList("tool_calls", TOOL_CALL)
            .ruled(ContentRules::openAi);

    private static final GoShape CHAT = new GoShape("openai.ChatCompletionRequest")
            .with("string", "model", "reasoning_effort")
            .withList("messages", CHAT_MESSAGE)
            .with("bool", "stream", "logprobs")
            .with("stream_options", STREAM_OPTIONS)
            .with("int", "max_tokens", "seed", "top_logprobs")
            .strings("stop", list -> null)
            .with("float64", "temperature", "frequency_penalty", "presence_penalty", "top_p")
            .with(
                    "response_format",
                    new GoShape("openai.ResponseFormat")
                            .with("string", "type")
                            .with("json_schema", new GoShape("openai.JsonSchema").with("any", "schema")))
            .withList("tools", new GoShape("api.Tool"))
            .with("reasoning", new GoShape("openai.Reasoning").with("string", "effort"))
            .extra("max_completion_tokens", "number")
            .extra("tool_choice", "string", "object")
            .extra("parallel_tool_calls", "bool")
            .extra("keep_alive", "number", "string")
            .extra("options", "object")
            .extra("top_k", "number")
            .extra("min_p", "number")
            .extra("think");

    private static final GoShape COMPLETION = new GoShape("openai.CompletionRequest")
            .with("string", "model", "prompt", "suffix")
            .with("float32", "frequency_penalty", "presence_penalty", "temperature", "top_p")
            .with("int", "max_tokens", "seed", "logprobs")
            .strings("stop", CallerBodies::stopFault)
            .with("bool", "stream")
            .with("stream_options", STREAM_OPTIONS)
            .extra("keep_alive", "number", "string")
            .extra("options", "object")
            .extra("top_k", "number")
            .extra("min_p", "number");

    private static final GoShape RESPONSES = new GoShape("openai.ResponsesRequest")
            .with("string", "model", "instructions", "truncation")
            .with("bool", "background", "stream")
            .checked("input", CallerBodies::inputFault)
            .with(
                    "text",
                    new GoShape("openai.ResponsesText")
                            .with(
                                    "format",
                                    new GoShape("openai.ResponsesTextFormat")
                                            .with("string", "type", "name")
                                            .with("bool", "strict")))
            .withList(
                    "tools",
                    new GoShape("openai.ResponsesTool")
                            .with("string", "type", "name", "description")
                            .with("bool", "strict"))
            .withList("include", "string")
            .with("int", "max_output_tokens")
            .with("float64", "temperature", "top_p")
            .with("reasoning", new GoShape("openai.ResponsesReasoning").with("string", "effort", "summary"));

    private static final GoShape MESSAGES = new GoShape("anthropic.MessagesRequest")
            .with("string", "model")
            .with("int", "max_tokens", "top_k")
            .withList(
                    "messages",
                    "anthropic.MessageParam",
                    new GoShape(ContentRules.ANTHROPIC_MESSAGE)
                            .with("any", "role", "content")
                            .ruled(ContentRules::anthropic))
            .with("any", "system")
            .withList("tools", new GoShape("anthropic.Tool").with("string", "type", "name", "description"))
            .with(
                    "tool_choice",
                    new GoShape("anthropic.ToolChoice")
                            .with("string", "type", "name")
                            .with("bool", "disable_parallel_tool_use"))
            .with("metadata", new GoShape("anthropic.Metadata").with("string", "user_id"))
            .with("output_config", new GoShape("anthropic.OutputConfig").with("string", "effort"))
            .with("bool", "stream")
            .with("float64", "temperature", "top_p")
            .withList("stop_sequences", "string")
            .with(
                    "thinking",
                    new GoShape("anthropic.ThinkingConfig")
                            .with("string", "type")
                            .with("int", "budget_tokens"));

    private CallerBodies() {}

    /** The first item of a list that is no string. */
    private static String stopFault(JsonValue.Arr list) {
        return list.items().stream()
                .filter(item -> !(item instanceof JsonValue.Str))
                .findFirst()
                .map(item -> "invalid type for 'stop' field: " + ContentRules.goType(item))
                .orElse(null);
    }

    private static String inputFault(JsonValue input) {
        if (input instanceof JsonValue.Str) {
            return null;
        }
        if (!(input instanceof JsonValue.Arr list)) {
            return "input must be a string or array: json: cannot unmarshal " + input.kind()
                    + " into Go value of type []json.RawMessage";
        }
        for (int i = 0; i < list.items().size(); i++) {
            JsonValue item = list.items().get(i);
            if (!(item instanceof JsonValue.Obj) && !(item instanceof JsonValue.Null)) {
                return "input[" + i + "]: json: cannot unmarshal " + item.kind() + " into Go value of type struct {"
                        + " Type string \"json:\\\"type\\\"\"; Role string \"json:\\\"role\\\"\" }";
            }
        }
        return null;
    }

    /** Body of {@code POST /v1/chat/completions}. */
    public static ChatCompletionRequest chatCompletion(byte[] body) {
        return ChatCompletionRequest.read(CHAT.canonical(body), Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/completions}. */
    public static CompletionRequest completion(byte[] body) {
        return CompletionRequest.read(COMPLETION.canonical(body), Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/responses}. */
    public static ResponsesRequest responses(byte[] body) {
        return ResponsesRequest.read(RESPONSES.canonical(body), Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/messages}. */
    public static MessagesRequest messages(byte[] body) {
        return MessagesRequest.read(MESSAGES.canonical(body), Manner.OLLAMA);
    }
}
