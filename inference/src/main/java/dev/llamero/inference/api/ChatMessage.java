package dev.llamero.inference.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One message of a chat (specification 6.1).
 *
 * @param role lower case, not checked
 * @param thinking "" if none
 * @param toolName "" if none
 * @param toolCallId "" if none
 */
public record ChatMessage(
        String role,
        String content,
        String thinking,
        List<byte[]> images,
        List<ToolCall> toolCalls,
        String toolName,
        String toolCallId) {

    /** A message with text only. */
    public static ChatMessage of(String role, String content) {
        return new ChatMessage(role, content, "", List.of(), List.of(), "", "");
    }

    /** The same message with other text. */
    public ChatMessage withContent(String text) {
        return new ChatMessage(role, text, thinking, images, toolCalls, toolName, toolCallId);
    }

    static ChatMessage read(GoStruct fields) {
        return new ChatMessage(
                fields.string("role").toLowerCase(Locale.ROOT),
                fields.string("content"),
                fields.string("thinking"),
                fields.images("images"),
                fields.structs("tool_calls", "[]api.ToolCall", "api.ToolCall", ToolCall::read),
                fields.string("tool_name"),
                fields.string("tool_call_id"));
    }

    /**
     * A call that the assistant made.
     *
     * @param id "" if none
     * @param arguments in the order in which they were written
     */
    public record ToolCall(String id, String name, Map<String, Object> arguments) {
        static ToolCall read(GoStruct fields) {
            String id = fields.string("id");
            return fields.struct(
                    "function",
                    "api.ToolCallFunction",
                    function -> new ToolCall(id, function.string("name"), orEmpty(function.map("arguments"))));
        }

        private static Map<String, Object> orEmpty(Map<String, Object> map) {
            return map == null ? Map.of() : map;
        }
    }
}
