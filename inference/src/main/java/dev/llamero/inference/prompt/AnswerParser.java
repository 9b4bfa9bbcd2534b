package dev.llamero.inference.prompt;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits an answer, piece by piece, into content, thinking and tool calls. Linear in the answer; a partial tag is held
 * until it is decided. Used by one thread.
 */
public final class AnswerParser {
    private final ThinkingParser thinking;
    private final CallFinder tools;
    private final AnswerTags tags;

    /**
     * A parser for one answer.
     *
     * @param thinking how thinking is split off; null to leave tags where they are
     * @param tags how the model marks thinking
     * @param tools how calls are found; null if the request has no tools
     */
    private AnswerParser(AnswerTags tags, ThinkingParser thinking, CallFinder tools) {
        this.tags = tags;
        this.thinking = thinking;
        this.tools = tools;
    }

    /**
     * For an answer to this prompt.
     *
     * @param tools names of the request's tools; empty if calls are not looked for
     */
    public static AnswerParser of(String prompt, AnswerTags tags, boolean splitsThinking, List<String> tools) {
        CallFinder finder = tags.closesCalls() ? new ToolCallParser() : new NamedCallParser(tags.toolCall(), tools);
        return new AnswerParser(
                tags,
                splitsThinking && tags.marksThinking() ? ThinkingParser.after(prompt, tags) : null,
                tools.isEmpty() ? null : finder);
    }

    /** For an answer that is content as it is. */
    public static AnswerParser ofContent() {
        return new AnswerParser(AnswerTags.QWEN, null, null);
    }

    /**
     * The part of an answer that is thinking, with its close tag and the blank line that Qwen3 writes behind it; "" if
     * it has none.
     */
    public String thoughtOf(String answer) {
        int close = thinking == null ? -1 : answer.indexOf(tags.thinkClose());
        return close < 0 ? "" : answer.substring(0, close + tags.thinkClose().length()) + "\n\n";
    }

    /** What came out of a piece; each part may be empty. */
    public record Delta(String content, String thinking, List<ToolCall> calls) {
        public static final Delta EMPTY = new Delta("", "", List.of());

        public boolean isEmpty() {
            return content.isEmpty() && thinking.isEmpty() && calls.isEmpty();
        }
    }

    /** Takes the next piece. */
    public Delta accept(String text) {
        var thought = new StringBuilder();
        String content = text;
        if (thinking != null) {
            var rest = new StringBuilder();
            thinking.accept(text, thought, rest);
            content = rest.toString();
        }
        var calls = new ArrayList<ToolCall>();
        return new Delta(tools == null ? content : tools.accept(content, calls), thought.toString(), calls);
    }

    /** Gives what was held back, at the end of the answer. */
    public Delta finish() {
        var thought = new StringBuilder();
        var content = new StringBuilder();
        if (thinking != null) {
            thinking.finish(thought, content);
        }
        var calls = new ArrayList<ToolCall>();
        if (tools == null) {
            return new Delta(content.toString(), thought.toString(), calls);
        }
        String text = tools.accept(content.toString(), calls) + tools.finish(calls);
        return new Delta(text, thought.toString(), calls);
    }
}
