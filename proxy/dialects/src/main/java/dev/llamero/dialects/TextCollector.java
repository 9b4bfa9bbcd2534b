package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.util.ArrayList;
import java.util.List;

/** Gathers the pieces of an answer. One answer, one thread. */
final class TextCollector {
    /** No model writes so much; a server that never ends must not fill the memory. */
    private static final int CHARS_MAX = 64 << 20;

    private static final int ENTRIES_MAX = 1 << 20;

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<Call> calls = new ArrayList<>();
    private final List<JsonNode> logprobs = new ArrayList<>();
    private long chars;

    /** A call of a tool, complete once the answer is. */
    record Call(int index, String id, String name, StringBuilder text) {
        /** The arguments as JSON. */
        String arguments() {
            return text.isEmpty() ? "{}" : text.toString();
        }
    }

    void add(AnswerChunk chunk) {
        count(chunk.content().length() + chunk.thinking().length());
        content.append(chunk.content());
        thinking.append(chunk.thinking());
        for (ToolPart part : chunk.toolCalls()) {
            count(part.arguments().length());
            if (part.begins()) {
                calls.add(new Call(part.index(), id(part), part.name(), new StringBuilder()));
            }
            calls.getLast().text().append(part.arguments());
        }
        logprobs.addAll(chunk.logprobs());
        if (logprobs.size() > ENTRIES_MAX || calls.size() > ENTRIES_MAX) {
            throw DialectException.garbled("the model server sent an answer of more than " + ENTRIES_MAX + " entries");
        }
    }

    private void count(int more) {
        chars += more;
        if (chars > CHARS_MAX) {
            throw DialectException.garbled("the model server sent an answer of more than " + CHARS_MAX + " characters");
        }
    }

    /** The id of a call; servers that give none get their calls numbered. */
    static String id(ToolPart part) {
        return part.id().isEmpty() ? "call_" + part.index() : part.id();
    }

    String content() {
        return content.toString();
    }

    String thinking() {
        return thinking.toString();
    }

    List<Call> calls() {
        return calls;
    }

    List<JsonNode> logprobs() {
        return logprobs;
    }
}
