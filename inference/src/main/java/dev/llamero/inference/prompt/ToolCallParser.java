package dev.llamero.inference.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.api.JsonTree;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds calls in the form of Qwen3 and Hermes: JSON with a name and arguments between {@code <tool_call>} tags
 * (specification 11.5).
 *
 * <p>Space before and behind a call is dropped. What is between the tags but is no call, or has no end, is given back
 * as content when the answer ends, where Ollama fails or loses it. Used by one thread.
 */
final class ToolCallParser implements CallFinder {
    private static final String OPEN = "<tool_call>";
    private static final String CLOSE = "</tool_call>";
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 8;
    /** Longest call that is looked for; longer text is content. */
    private static final int CALL_CHARS_MAX = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final StringBuilder held = new StringBuilder();
    private boolean inCall;
    private boolean afterCall;
    private int searched;

    @Override
    public String accept(String text, List<ToolCall> calls) {
        held.append(text);
        var content = new StringBuilder();
        while (!held.isEmpty() && (inCall ? endCall(calls, content) : startCall(content))) {
            // Each round takes something off the front.
            continue;
        }
        return content.toString();
    }

    @Override
    public String finish(List<ToolCall> calls) {
        String rest = inCall ? OPEN + held : held.toString();
        held.setLength(0);
        return afterCall && rest.isBlank() ? "" : rest;
    }

    private boolean startCall(StringBuilder content) {
        if (afterCall) {
            held.delete(0, spaceAtFront());
            afterCall = held.isEmpty();
        }
        int start = held.indexOf(OPEN);
        if (start >= 0) {
            content.append(held.substring(0, start).stripTrailing());
            held.delete(0, start + OPEN.length());
            inCall = true;
            searched = 0;
            return true;
        }
        int keep = Tags.partialAtEnd(held, OPEN);
        int end = held.length() - keep;
        while (end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
            end--;
        }
        content.append(held, 0, end);
        held.delete(0, end);
        return false;
    }

    private boolean endCall(List<ToolCall> calls, StringBuilder content) {
        int end = held.indexOf(CLOSE, Math.max(0, searched - CLOSE.length()));
        if (end < 0) {
            searched = held.length();
            if (held.length() > CALL_CHARS_MAX) {
                content.append(OPEN).append(held);
                held.setLength(0);
                inCall = false;
            }
            return false;
        }
        String body = held.substring(0, end);
        held.delete(0, end + CLOSE.length());
        inCall = false;
        Optional<ToolCall> call = parse(body);
        call.ifPresentOrElse(calls::add, () -> content.append(OPEN).append(body).append(CLOSE));
        afterCall = call.isPresent();
        return true;
    }

    private static Optional<ToolCall> parse(String body) {
        try {
            JsonNode call = JSON.readTree(body);
            String name = call == null ? "" : call.path("name").asText("");
            JsonNode arguments = call == null ? null : call.get("arguments");
            if (arguments != null && arguments.isTextual()) {
                arguments = JSON.readTree(arguments.textValue());
            }
            boolean valid = !name.isEmpty() && (arguments == null || arguments.isNull() || arguments.isObject());
            return valid ? Optional.of(new ToolCall(newId(), name, map(arguments))) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> map(JsonNode arguments) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (arguments != null) {
            arguments.properties().forEach(entry -> map.put(entry.getKey(), JsonTree.plain(entry.getValue())));
        }
        return map;
    }

    static String newId() {
        var id = new StringBuilder("call_");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
        }
        return id.toString();
    }

    private int spaceAtFront() {
        int at = 0;
        while (at < held.length() && Character.isWhitespace(held.charAt(at))) {
            at++;
        }
        return at;
    }
}
