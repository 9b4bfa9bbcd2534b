package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import dev.llamero.inference.prompt.AnswerParser.Delta;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Splits the messages of gpt-oss by their channels: analysis is thinking, final and commentary are content, and a
 * message to a recipient is a tool call. Used by one thread.
 *
 * @see <a href="https://cookbook.openai.com/articles/openai-harmony">OpenAI harmony response format</a>
 */
final class HarmonyParser {
    /** Behind this text content begins. */
    static final String FINAL = "<|channel|>final<|message|>";

    private static final String START = "<|start|>";
    private static final String CHANNEL = "<|channel|>";
    private static final String MESSAGE = "<|message|>";
    private static final String CONSTRAIN = "<|constrain|>";
    /** What ends the text of a message; the last two begin the next header. */
    private static final List<String> ENDS = List.of("<|end|>", "<|call|>", "<|return|>", START, CHANNEL);

    static final Set<String> TAGS = Set.of(START, CHANNEL, MESSAGE, CONSTRAIN, "<|end|>", "<|call|>", "<|return|>");

    private static final int HEADER_CHARS_MAX = 512;
    private static final int CALL_CHARS_MAX = 1 << 20;

    private enum State {
        /** Between the start of a message and its text. */
        HEADER,
        THINKING,
        CALL,
        CONTENT
    }

    private final StringBuilder held = new StringBuilder();
    private final StringBuilder call = new StringBuilder();
    private final ToolTypes tools;
    private State state = State.HEADER;
    private String recipient = "";

    /** For an answer to a prompt, which may end within a message of the assistant. */
    HarmonyParser(String prompt, ToolTypes tools) {
        this.tools = tools;
        int start = prompt.lastIndexOf(START);
        String begun = start < 0 ? "" : prompt.substring(start + START.length());
        int text = begun.indexOf(MESSAGE);
        if (start < 0 || text >= 0) {
            begin(text < 0 ? "" : begun.substring(0, text));
        }
    }

    static boolean speaksOf(String template) {
        return template.contains(CHANNEL) && template.contains(MESSAGE);
    }

    Delta accept(String text) {
        held.append(text);
        var out = new Parts();
        boolean goesOn = true;
        while (goesOn && !held.isEmpty()) {
            goesOn = state == State.HEADER ? header(out) : text(out);
        }
        return out.delta();
    }

    Delta finish() {
        var out = new Parts();
        if (state == State.HEADER && isHeader(held)) {
            // An unfinished header is no text of the model's.
            held.setLength(0);
        }
        take(held.length(), out);
        endMessage(out);
        return out.delta();
    }

    private boolean header(Parts out) {
        int end = held.indexOf(MESSAGE);
        if (end >= 0 && isHeader(held)) {
            begin(held.substring(0, end));
            held.delete(0, end + MESSAGE.length());
            return true;
        }
        if (isHeader(held) && held.length() < HEADER_CHARS_MAX) {
            return false;
        }
        state = State.CONTENT;
        return true;
    }

    /** Whether the text can be a header: a role, a recipient or a channel comes first. */
    private static boolean isHeader(StringBuilder text) {
        String visible = text.toString().stripLeading();
        for (String first : List.of(CHANNEL, "to=", MESSAGE, START, "assistant", CONSTRAIN)) {
            if (visible.startsWith(first) || first.startsWith(visible)) {
                return true;
            }
        }
        return false;
    }

    private void begin(String header) {
        String channel = word(header, CHANNEL);
        recipient = word(header, "to=");
        call.setLength(0);
        state = !recipient.isEmpty() ? State.CALL : channel.equals("analysis") ? State.THINKING : State.CONTENT;
    }

    /** The word behind a mark; "" if it is not there. */
    private static String word(String header, String mark) {
        int start = header.indexOf(mark);
        if (start < 0) {
            return "";
        }
        int end = start + mark.length();
        while (end < header.length() && !Character.isWhitespace(header.charAt(end)) && header.charAt(end) != '<') {
            end++;
        }
        return header.substring(start + mark.length(), end);
    }

    private boolean text(Parts out) {
        int end = -1;
        String tag = "";
        int keep = 0;
        for (String candidate : ENDS) {
            int at = held.indexOf(candidate);
            if (at >= 0 && (end < 0 || at < end)) {
                end = at;
                tag = candidate;
            }
            keep = Math.max(keep, Tags.partialAtEnd(held, candidate));
        }
        if (end < 0) {
            take(held.length() - keep, out);
            return false;
        }
        take(end, out);
        endMessage(out);
        held.delete(0, tag.equals(CHANNEL) ? 0 : tag.length());
        state = State.HEADER;
        return true;
    }

    private void take(int length, Parts out) {
        String text = held.substring(0, length);
        held.delete(0, length);
        switch (state) {
            case THINKING -> out.thinking.append(text);
            case CALL -> {
                call.append(text);
                if (call.length() > CALL_CHARS_MAX) {
                    out.content.append(call);
                    state = State.CONTENT;
                }
            }
            default -> out.content.append(text);
        }
    }

    private void endMessage(Parts out) {
        if (state != State.CALL) {
            return;
        }
        String name = recipient.startsWith("functions.") ? recipient.substring("functions.".length()) : recipient;
        CallBody.arguments(call.toString())
                .ifPresentOrElse(
                        arguments -> out.calls.add(new ToolCall(CallBody.newId(), tools.known(name), arguments)),
                        () -> out.content.append(call));
        state = State.CONTENT;
    }

    private static final class Parts {
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();

        Delta delta() {
            return new Delta(content.toString(), thinking.toString(), calls);
        }
    }
}
