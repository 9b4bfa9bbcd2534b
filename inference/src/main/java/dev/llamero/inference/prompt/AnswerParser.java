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
    private final HarmonyParser harmony;
    private final boolean showsThinking;

    private AnswerParser(ThinkingParser thinking, CallFinder tools, HarmonyParser harmony, boolean showsThinking) {
        this.thinking = thinking;
        this.tools = tools;
        this.harmony = harmony;
        this.showsThinking = showsThinking;
    }

    /**
     * For an answer to this prompt.
     *
     * @param splitsThinking whether thinking is told apart from content
     * @param tools the request's tools; none if calls are not looked for
     */
    public static AnswerParser of(String prompt, AnswerTags tags, boolean splitsThinking, ToolTypes tools) {
        if (tags.isHarmony()) {
            return new AnswerParser(null, null, new HarmonyParser(prompt, tools), splitsThinking);
        }
        CallFinder finder = tools.isEmpty()
                ? null
                : switch (tags.calls()) {
                    case AnswerTags.Calls.Named named -> new NamedCallParser(named.tag(), tools.names());
                    case AnswerTags.Calls.Marked marked -> new MarkedCallParser(marked, tools);
                    case AnswerTags.Calls.Harmony _ -> null;
                };
        boolean splits = splitsThinking && tags.marksThinking();
        return new AnswerParser(
                splits ? ThinkingParser.after(prompt, tags, !tools.isEmpty()) : null, finder, null, true);
    }

    /** For an answer that is content as it is. */
    public static AnswerParser ofContent() {
        return new AnswerParser(null, null, null, true);
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
        if (harmony != null) {
            return shown(harmony.accept(text));
        }
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
        if (harmony != null) {
            return shown(harmony.finish());
        }
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

    private Delta shown(Delta delta) {
        return showsThinking ? delta : new Delta(delta.content(), "", delta.calls());
    }
}
