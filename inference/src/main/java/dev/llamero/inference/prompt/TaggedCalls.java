package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls whose names and values stand in tags: those of Qwen3-Coder, MiniMax, GLM and Gemma's models for functions. */
final class TaggedCalls {
    private static final List<String> ESCAPES = List.of("<escape>", "<|\"|>");

    private TaggedCalls() {}

    /** {@code <function=NAME> <parameter=KEY> value </parameter> </function>}, or the same with invoke and name="". */
    static List<ToolCall> functions(String text, ToolTypes tools) {
        var calls = new ArrayList<ToolCall>();
        int at = 0;
        while (at < text.length()) {
            boolean invoke = text.startsWith("<invoke ", at);
            if (!invoke && !text.startsWith("<function=", at)) {
                return List.of();
            }
            String endTag = invoke ? "</invoke>" : "</function>";
            int nameEnd = text.indexOf('>', at);
            int end = nameEnd < 0 ? -1 : text.indexOf(endTag, nameEnd);
            if (nameEnd < 0) {
                return List.of();
            }
            end = end < 0 ? text.length() : end;
            String name = name(text.substring(at, nameEnd));
            Optional<Map<String, Object>> values = parameters(text.substring(nameEnd + 1, end), name, tools);
            if (name.isEmpty() || values.isEmpty()) {
                return List.of();
            }
            calls.add(new ToolCall(CallBody.newId(), name, values.get()));
            at = Math.min(text.length(), end + endTag.length());
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }
        return calls;
    }

    /** What stands behind the first = of a tag, without quotes. */
    private static String name(String tag) {
        return tag.substring(tag.indexOf('=') + 1).strip().replace("\"", "");
    }

    private static Optional<Map<String, Object>> parameters(String body, String tool, ToolTypes tools) {
        if (body.stripLeading().startsWith("{")) {
            return CallBody.arguments(body);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        int at = body.indexOf("<parameter");
        while (at >= 0) {
            int nameEnd = body.indexOf('>', at);
            if (nameEnd < 0) {
                return Optional.empty();
            }
            int next = body.indexOf("<parameter", nameEnd);
            int end = body.indexOf("</parameter>", nameEnd);
            end = end < 0 ? next < 0 ? body.length() : next : end;
            String name = name(body.substring(at, nameEnd));
            values.put(name, tools.value(tool, name, withoutLineEnds(body.substring(nameEnd + 1, end))));
            at = body.indexOf("<parameter", end);
        }
        return Optional.of(values);
    }

    /** Values stand on lines of their own. */
    private static String withoutLineEnds(String value) {
        String text = value.startsWith("\n") ? value.substring(1) : value;
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /** A name, then pairs of {@code <arg_key>} and {@code <arg_value>}. */
    static List<ToolCall> keysAndValues(String text, ToolTypes tools) {
        int at = text.indexOf("<arg_key>");
        String name = (at < 0 ? text : text.substring(0, at)).strip();
        Map<String, Object> values = new LinkedHashMap<>();
        while (at >= 0) {
            int keyEnd = text.indexOf("</arg_key>", at);
            int value = keyEnd < 0 ? -1 : text.indexOf("<arg_value>", keyEnd);
            int valueEnd = value < 0 ? -1 : text.indexOf("</arg_value>", value);
            if (valueEnd < 0) {
                return List.of();
            }
            String key = text.substring(at + "<arg_key>".length(), keyEnd).strip();
            values.put(key, tools.value(name, key, text.substring(value + "<arg_value>".length(), valueEnd)));
            at = text.indexOf("<arg_key>", valueEnd);
        }
        return name.isEmpty() || name.contains(" ")
                ? List.of()
                : List.of(new ToolCall(CallBody.newId(), tools.known(name), values));
    }

    /** {@code call:NAME{key:<escape>text<escape>,other:1}}: JSON but for its strings and keys. */
    static List<ToolCall> escaped(String text, ToolTypes tools) {
        int open = text.indexOf('{');
        if (open < 0 || !text.endsWith("}")) {
            return List.of();
        }
        String name = text.substring("call:".length(), open).strip();
        String escape = ESCAPES.stream().filter(text::contains).findFirst().orElse(ESCAPES.getFirst());
        var json = new StringBuilder();
        String[] parts = text.substring(open).split(java.util.regex.Pattern.quote(escape), -1);
        for (int i = 0; i < parts.length; i++) {
            // Every other part is the text of a string.
            json.append(i % 2 == 1 ? quoted(parts[i]) : parts[i].replaceAll("([{,]\\s*)([\\w-]+)\\s*:", "$1\"$2\":"));
        }
        return CallBody.arguments(json.toString())
                .map(values -> List.of(new ToolCall(CallBody.newId(), tools.known(name), values)))
                .orElse(List.of());
    }

    private static String quoted(String text) {
        return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
    }
}
