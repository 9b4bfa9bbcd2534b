package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Calls written as Python's: {@code [get_weather(city="Paris", days=3)]}, with or without the brackets. */
final class PythonCalls {
    private static final int DEPTH_MAX = 64;

    private final String text;
    private int at;

    private PythonCalls(String text) {
        this.text = text;
    }

    /** The calls; empty if the text is anything else, or calls no tool of the request. */
    static List<ToolCall> parse(String text, ToolTypes tools) {
        try {
            return new PythonCalls(text).calls(tools);
        } catch (NotPythonException e) {
            return List.of();
        }
    }

    private static final class NotPythonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPythonException() {
            super(null, null, false, false);
        }
    }

    private List<ToolCall> calls(ToolTypes tools) {
        var calls = new ArrayList<ToolCall>();
        boolean listed = take("[");
        do {
            String name = name();
            name = name.endsWith(".call") && !tools.has(name) ? name.substring(0, name.length() - 5) : name;
            if (!tools.has(name)) {
                throw new NotPythonException();
            }
            calls.add(new ToolCall(CallBody.newId(), name, arguments()));
        } while (take(listed ? "," : ";") && !isAtEnd());
        if (listed && !take("]") || !isAtEnd()) {
            throw new NotPythonException();
        }
        return calls;
    }

    private Map<String, Object> arguments() {
        Map<String, Object> values = new LinkedHashMap<>();
        require("(");
        while (!take(")")) {
            String key = name();
            require("=");
            values.put(key, value(0));
            if (!take(",")) {
                require(")");
                break;
            }
        }
        return values;
    }

    private Object value(int depth) {
        skipSpace();
        if (isAtEnd() || depth > DEPTH_MAX) {
            throw new NotPythonException();
        }
        char first = text.charAt(at);
        return switch (first) {
            case '"', '\'' -> string(first);
            case '[' -> list(depth);
            case '{' -> dictionary(depth);
            default -> word();
        };
    }

    private List<Object> list(int depth) {
        var values = new ArrayList<Object>();
        require("[");
        while (!take("]")) {
            values.add(value(depth + 1));
            if (!take(",")) {
                require("]");
                break;
            }
        }
        return values;
    }

    private Map<String, Object> dictionary(int depth) {
        Map<String, Object> values = new LinkedHashMap<>();
        require("{");
        while (!take("}")) {
            String key = String.valueOf(value(depth + 1));
            require(":");
            values.put(key, value(depth + 1));
            if (!take(",")) {
                require("}");
                break;
            }
        }
        return values;
    }

    private String string(char quote) {
        var value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
            }
            value.append(c);
        }
        at++;
        if (at > text.length()) {
            throw new NotPythonException();
        }
        return value.toString();
    }

    private Object word() {
        String word = name();
        return switch (word) {
            case "True", "true" -> true;
            case "False", "false" -> false;
            case "None", "null" -> "";
            default -> CallBody.json(word).orElseThrow(NotPythonException::new);
        };
    }

    private String name() {
        skipSpace();
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_.-+".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (start == at) {
            throw new NotPythonException();
        }
        return text.substring(start, at);
    }

    private boolean take(String expected) {
        skipSpace();
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    private void require(String expected) {
        if (!take(expected)) {
            throw new NotPythonException();
        }
    }

    private boolean isAtEnd() {
        skipSpace();
        return at >= text.length();
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
