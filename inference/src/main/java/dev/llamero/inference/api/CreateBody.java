package dev.llamero.inference.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Body of {@code POST /api/create} (specification 17.4).
 *
 * @param model from {@code model}, else from {@code name}
 * @param from a model to start from; "" if none
 * @param files names and digests of model files; empty if the body has none
 * @param draftFiles the same for a draft model
 * @param license a string, a list of strings, or null
 * @param messages as they are stored
 * @param quantize from {@code quantize}, else from {@code quantization}
 * @param remoteHost of a model that runs elsewhere; "" if none
 */
public record CreateBody(
        String model,
        boolean stream,
        String from,
        Optional<Map<String, String>> files,
        Optional<Map<String, String>> draftFiles,
        String draftQuantize,
        Optional<Map<String, String>> adapters,
        String template,
        String system,
        Object license,
        Map<String, Object> parameters,
        List<Map<String, Object>> messages,
        String quantize,
        String renderer,
        String parser,
        String requires,
        String remoteHost,
        Map<String, Object> info) {

    /** @throws BadJsonException if the body is not such a request */
    public static CreateBody read(byte[] body) {
        return GoStruct.read(
                body,
                "api.CreateRequest",
                fields -> new CreateBody(
                        either(fields.string("model"), fields.string("name")),
                        fields.bool("stream", true),
                        fields.string("from"),
                        Optional.ofNullable(fields.texts("files")),
                        Optional.ofNullable(fields.texts("draft_files")),
                        fields.string("draft_quantize"),
                        Optional.ofNullable(fields.texts("adapters")),
                        fields.string("template"),
                        fields.string("system"),
                        fields.any("license"),
                        orEmpty(fields.map("parameters")),
                        fields.structs("messages", "[]api.Message", "api.Message", CreateBody::message),
                        either(fields.string("quantize"), fields.string("quantization")),
                        fields.string("renderer"),
                        fields.string("parser"),
                        fields.string("requires"),
                        fields.string("remote_host"),
                        orEmpty(fields.map("info"))));
    }

    private static String either(String first, String second) {
        return first.isEmpty() ? second : first;
    }

    private static <T> Map<String, T> orEmpty(Map<String, T> map) {
        return map == null ? Map.of() : map;
    }

    /** What is empty is left out, but for role and content. */
    private static Map<String, Object> message(GoStruct fields) {
        ChatMessage message = ChatMessage.read(fields);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("role", message.role());
        object.put("content", message.content());
        put(object, "thinking", message.thinking());
        if (!message.images().isEmpty()) {
            object.put(
                    "images",
                    message.images().stream()
                            .map(java.util.Base64.getEncoder()::encodeToString)
                            .toList());
        }
        if (!message.toolCalls().isEmpty()) {
            object.put(
                    "tool_calls", fields.structs("tool_calls", "[]api.ToolCall", "api.ToolCall", CreateBody::toolCall));
        }
        put(object, "tool_name", message.toolName());
        put(object, "tool_call_id", message.toolCallId());
        return object;
    }

    private static Map<String, Object> toolCall(GoStruct fields) {
        Map<String, Object> object = new LinkedHashMap<>();
        put(object, "id", fields.string("id"));
        object.put("function", fields.struct("function", "api.ToolCallFunction", CreateBody::function));
        return object;
    }

    private static Map<String, Object> function(GoStruct fields) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("index", fields.integer("index"));
        function.put("name", fields.string("name"));
        function.put("arguments", orEmpty(fields.map("arguments")));
        return function;
    }

    private static void put(Map<String, Object> object, String key, String text) {
        if (!text.isEmpty()) {
            object.put(key, text);
        }
    }
}
