package dev.llamero.inference.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.api.JsonTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds calls in answers of models with a Go template: behind a tag, the name of a known tool and a JSON object
 * (specification 11.4). Used by one thread.
 *
 * <p>Where Ollama loses text, it is kept: a call without arguments is a call, and what stands behind the tag is given
 * back at the end if no call was found in it.
 */
final class NamedCallParser implements CallFinder {
    /** Longest text behind a tag that calls are looked for in; longer text is content. */
    private static final int HELD_CHARS_MAX = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String tag;
    private final List<String> tools;
    private final StringBuilder held = new StringBuilder();
    private State state = State.BEFORE;
    private int found;
    /** How far the brackets were followed, and the first whole object that they gave. */
    private int scanned;

    private BracketScan scan = new BracketScan();
    private int depth;
    private int start;
    private JsonNode object;
    private int objectEnd;
    /** The same for the brackets that a tag of one bracket began. */
    private int balanceScanned;

    private BracketScan balance = new BracketScan();
    private int open;
    /** Up to here no tool's name begins. */
    private int withoutName;

    private enum State {
        /** The tag has not come yet. */
        BEFORE,
        CALLING,
        /** The rest is content. */
        CONTENT
    }

    /** @param tools names of the request's tools */
    NamedCallParser(String tag, List<String> tools) {
        this.tag = tag;
        this.tools = tools;
    }

    private boolean isBracket() {
        return tag.equals("{") || tag.equals("[");
    }

    @Override
    public String accept(String text, List<ToolCall> calls) {
        held.append(text);
        String content = "";
        boolean tries = text.indexOf('}') >= 0;
        if (state == State.BEFORE) {
            content = beforeTag();
            tries |= state == State.CALLING && held.indexOf("}") >= 0;
        }
        if (state == State.CALLING) {
            if (tries) {
                take(calls);
            }
            if (held.length() > HELD_CHARS_MAX || tries && isBracket() && isBalanced()) {
                state = State.CONTENT;
            }
        }
        return state == State.CONTENT ? content + release() : content;
    }

    private String beforeTag() {
        int start = held.indexOf(tag);
        int end = start >= 0 ? start : held.length() - Tags.partialAtEnd(held, tag);
        String content = held.substring(0, end);
        held.delete(0, end);
        if (isBracket() && !content.isBlank()) {
            state = State.CONTENT;
        } else if (start >= 0) {
            state = State.CALLING;
        }
        return content;
    }

    private String release() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    @Override
    public String finish(List<ToolCall> calls) {
        if (state == State.CALLING) {
            take(calls);
        }
        return found > 0 && state == State.CALLING ? "" : release();
    }

    private void take(List<ToolCall> calls) {
        findObject();
        String tool = object == null ? null : tool();
        while (tool != null) {
            JsonNode within = within(object, tool);
            calls.add(new ToolCall(CallBody.newId(), tool, values(within == null ? object : within)));
            found++;
            held.delete(0, Math.max(held.indexOf(tool) + tool.length(), objectEnd));
            restart();
            findObject();
            tool = object == null ? null : tool();
        }
    }

    private void restart() {
        object = null;
        scanned = 0;
        scan = new BracketScan();
        depth = 0;
        balanceScanned = 0;
        balance = new BracketScan();
        open = 0;
        withoutName = 0;
    }

    /** Goes on to the end of the first whole JSON object, each character once. */
    private void findObject() {
        while (object == null && scanned < held.length()) {
            int i = scanned++;
            char c = scan.next(held.charAt(i));
            if (c == '{') {
                start = depth == 0 ? i : start;
                depth++;
            } else if (c == '}' && depth > 0 && --depth == 0) {
                object = object(held.substring(start, i + 1));
                objectEnd = i;
            }
        }
    }

    /** The tool whose name comes first, the longest of those; null while a longer name could still come. */
    private String tool() {
        String first = null;
        int at = Integer.MAX_VALUE;
        int longest = 0;
        for (String name : tools) {
            if (Tags.partialAtEnd(held, name) > 0) {
                return null;
            }
            int found = name.isEmpty() ? -1 : held.indexOf(name, withoutName);
            if (found >= 0 && (found < at || found == at && name.length() > first.length())) {
                first = name;
                at = found;
            }
            longest = Math.max(longest, name.length());
        }
        withoutName = first == null ? Math.max(0, held.length() - longest) : 0;
        return first;
    }

    private static JsonNode object(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node != null && node.isObject() ? node : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** The arguments in an object, or in one inside of it; null if it names none. */
    private static JsonNode within(JsonNode object, String tool) {
        if (object.has("name")) {
            JsonNode named = member(object, "arguments");
            named = named == null ? member(object, "parameters") : named;
            return named == null ? JSON.createObjectNode() : named;
        }
        JsonNode ofTool = member(object, tool);
        if (ofTool != null) {
            return ofTool;
        }
        for (JsonNode child : object) {
            JsonNode inner = child.isObject() ? within(child, tool) : null;
            if (child.isArray()) {
                for (JsonNode item : child) {
                    inner = inner == null && item.isObject() ? within(item, tool) : inner;
                }
            }
            if (inner != null) {
                return inner;
            }
        }
        return null;
    }

    /** A member that is an object, or a text that holds one. */
    private static JsonNode member(JsonNode object, String key) {
        JsonNode value = object.path(key);
        return value.isTextual() ? object(value.textValue()) : value.isObject() ? value : null;
    }

    private static Map<String, Object> values(JsonNode object) {
        Map<String, Object> values = new LinkedHashMap<>();
        object.properties().forEach(entry -> values.put(entry.getKey(), JsonTree.plain(entry.getValue())));
        return values;
    }

    /** Whether the brackets that the tag began are closed again; looks at each character once. */
    private boolean isBalanced() {
        char opening = tag.charAt(0);
        char closing = opening == '{' ? '}' : ']';
        while (balanceScanned < held.length()) {
            char c = balance.next(held.charAt(balanceScanned++));
            open += c == opening ? 1 : c == closing ? -1 : 0;
            if (c == closing && open == 0) {
                return true;
            }
        }
        return false;
    }

    /** Passes over what stands in strings. */
    private static final class BracketScan {
        private boolean inString;
        private boolean escaped;

        /** The character if it counts, else a space. */
        char next(char c) {
            if (escaped) {
                escaped = false;
                return ' ';
            }
            escaped = c == '\\';
            inString ^= c == '"';
            return inString || escaped || c == '"' ? ' ' : c;
        }
    }
}
