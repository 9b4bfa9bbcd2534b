package dev.llamero.gateway.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The text of an answer in the order in which it came: runs of thinking, of content, of one tool call each. Used by one
 * thread at a time.
 *
 * <p>A kind is {@code content}, {@code reasoning}, or {@code tool INDEX ID NAME}, whose text is the call's arguments.
 */
final class AnswerText {
    static final String CONTENT = "content";
    static final String REASONING = "reasoning";
    private static final String TOOL = "tool ";

    private final List<Run> runs = new ArrayList<>();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();

    /** Text of one kind in a row. */
    record Run(String kind, StringBuilder text) {}

    /** What a finished message holds; the order within it is thinking, text, tools. */
    static AnswerText of(Message message) {
        var text = new AnswerText();
        text.append(REASONING, message.reasoning());
        text.append(CONTENT, message.content());
        for (int i = 0; i < message.toolCalls().size(); i++) {
            ToolCall call = message.toolCalls().get(i);
            text.append(tool(i, call.id(), call.name()), call.arguments());
        }
        return text;
    }

    static String tool(int index, String id, String name) {
        return TOOL + index + " " + id.replaceAll("\\s", "_") + " " + name;
    }

    static boolean isTool(String kind) {
        return kind.startsWith(TOOL);
    }

    /** Index, id and name of a tool's kind. */
    static String[] toolParts(String kind) {
        return kind.substring(TOOL.length()).split(" ", 3);
    }

    /** Whether a second answer's kind is this one's: ids of calls are made anew for each. */
    static boolean same(String kind, String other) {
        if (!isTool(kind) || !isTool(other)) {
            return kind.equals(other);
        }
        String[] parts = toolParts(kind);
        String[] others = toolParts(other);
        return parts[0].equals(others[0]) && parts[2].equals(others[2]);
    }

    void append(String kind, String text) {
        if (text.isEmpty() && !isTool(kind)) {
            return;
        }
        if (runs.isEmpty() || !runs.getLast().kind().equals(kind)) {
            runs.add(new Run(kind, new StringBuilder()));
        }
        runs.getLast().text().append(text);
        if (kind.equals(CONTENT)) {
            content.append(text);
        } else if (kind.equals(REASONING)) {
            reasoning.append(text);
        }
    }

    List<Run> runs() {
        return runs;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    int contentChars() {
        return content.length();
    }

    int reasoningChars() {
        return reasoning.length();
    }

    String content() {
        return content.toString();
    }

    String reasoning() {
        return reasoning.toString();
    }

    List<ToolCall> toolCalls() {
        var calls = new LinkedHashMap<String, StringBuilder>();
        runs.stream()
                .filter(run -> isTool(run.kind()))
                .forEach(run -> calls.computeIfAbsent(run.kind(), kind -> new StringBuilder())
                        .append(run.text()));
        var list = new ArrayList<ToolCall>();
        calls.forEach((kind, arguments) -> {
            String[] parts = toolParts(kind);
            list.add(new ToolCall(parts[1], parts[2], arguments.toString()));
        });
        return list;
    }
}
