package dev.llamero.inference.http;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.engine.TokenLogprob;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replies of {@code /api/chat} (specification 6.3). */
final class ChatShape implements AnswerShape {
    private final String model;

    /** @param model as the client typed it */
    ChatShape(String model) {
        this.model = model;
    }

    @Override
    public Map<String, Object> piece(Delta delta, List<TokenLogprob> logprobs) {
        Map<String, Object> object = head(message("assistant", delta), false);
        LogprobObjects.addTo(object, logprobs);
        return object;
    }

    @Override
    public Optional<Map<String, Object>> calls(List<ToolCall> calls, int before) {
        Map<String, Object> message = message("assistant", Delta.EMPTY);
        message.put("tool_calls", callObjects(calls, before));
        return Optional.of(head(message, false));
    }

    @Override
    public Map<String, Object> last(Delta delta, List<TokenLogprob> logprobs, Ending ending, String raw) {
        Map<String, Object> message = message("assistant", delta);
        if (!delta.calls().isEmpty()) {
            message.put("tool_calls", callObjects(delta.calls(), 0));
        }
        Map<String, Object> object = head(message, true);
        object.put("done_reason", ending.reason());
        LogprobObjects.addTo(object, logprobs);
        ending.addTo(object);
        return object;
    }

    /** The reply to a request that only loads or unloads. */
    Map<String, Object> empty(String reason) {
        Map<String, Object> object = head(message("assistant", Delta.EMPTY), true);
        object.put("done_reason", reason);
        return object;
    }

    /** The reply that shows the prompt. */
    Map<String, Object> rendered(String prompt) {
        Map<String, Object> object = head(message("", Delta.EMPTY), false);
        object.put("_debug_info", Map.of("rendered_template", prompt));
        return object;
    }

    private Map<String, Object> head(Map<String, Object> message, boolean done) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model);
        object.put("created_at", Texts.now());
        object.put("message", message);
        object.put("done", done);
        return object;
    }

    private static Map<String, Object> message(String role, Delta delta) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", delta.content());
        if (!delta.thinking().isEmpty()) {
            message.put("thinking", delta.thinking());
        }
        return message;
    }

    private static List<Map<String, Object>> callObjects(List<ToolCall> calls, int before) {
        var objects = new ArrayList<Map<String, Object>>();
        for (ToolCall call : calls) {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("index", before + objects.size());
            function.put("name", call.name());
            function.put("arguments", call.arguments());
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("id", call.id());
            object.put("function", function);
            objects.add(object);
        }
        return objects;
    }
}
