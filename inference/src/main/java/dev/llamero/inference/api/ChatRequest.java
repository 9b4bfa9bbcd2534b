package dev.llamero.inference.api;

import java.util.List;
import java.util.Map;

/**
 * Body of {@code POST /api/chat} (specification 6.1).
 *
 * @param tools as templates see them: ordered maps with only the keys that Ollama keeps (specification 11.1)
 */
public record ChatRequest(String model, List<ChatMessage> messages, List<Map<String, Object>> tools, RunRequest run) {

    /** @throws BadJsonException if the body is not such a request */
    public static ChatRequest read(byte[] body) {
        return GoStruct.read(
                body,
                "api.ChatRequest",
                fields -> new ChatRequest(
                        fields.string("model"),
                        fields.structs("messages", "[]api.Message", "api.Message", ChatMessage::read),
                        fields.structs("tools", "api.Tools", "api.Tool", ToolDefinition::read),
                        RunRequest.read(fields)));
    }
}
