package dev.llamero.inference.prompt;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a model marks what is not content in its answers, as its own template shows (specification 10.3, 11.4).
 *
 * @param thinkOpen text before thinking; "" if thinking is not marked
 * @param thinkClose text behind thinking
 * @param calls how tool calls are marked
 */
public record AnswerTags(String thinkOpen, String thinkClose, Calls calls) {
    /** Those of Qwen3 and Hermes. */
    public static final AnswerTags QWEN = new AnswerTags("<think>", "</think>", CallFamilies.HERMES);

    /** The channels of gpt-oss, which mark thinking and calls alike. */
    static final AnswerTags HARMONY = new AnswerTags("", HarmonyParser.FINAL, new Calls.Harmony());

    /** How tool calls are marked. */
    public sealed interface Calls {
        /** Behind a tag, by the name of a known tool, as Ollama looks for them with a Go template. */
        record Named(String tag) implements Calls {}

        /**
         * Between an open and a close text, or from an open text to the end of the value behind it.
         *
         * @param marks the pairs
         * @param silent texts around calls that are no content
         * @param bare whether an answer that begins with a JSON object may be a call as it is
         */
        record Marked(List<Mark> marks, List<String> silent, boolean bare) implements Calls {}

        /** In messages of their own with a recipient. */
        record Harmony() implements Calls {}
    }

    /**
     * What stands around one call.
     *
     * @param close "" if the call ends with its value
     */
    record Mark(String open, String close) {}

    private static final List<AnswerTags> THINKING = List.of(
            new AnswerTags("<|START_THINKING|>", "<|END_THINKING|>", null),
            new AnswerTags("[THINK]", "[/THINK]", null),
            new AnswerTags("<seed:think>", "</seed:think>", null),
            new AnswerTags("<|channel>thought", "<channel|>", null));

    /** The tags that a Jinja template speaks of. */
    public static AnswerTags ofJinja(String source) {
        if (HarmonyParser.speaksOf(source)) {
            return HARMONY;
        }
        Calls calls = CallFamilies.of(source).orElse(CallFamilies.UNKNOWN);
        return THINKING.stream()
                .filter(tags -> source.contains(tags.thinkOpen))
                .findFirst()
                .map(tags -> new AnswerTags(tags.thinkOpen, tags.thinkClose, calls))
                .orElse(new AnswerTags(QWEN.thinkOpen, QWEN.thinkClose, calls));
    }

    /**
     * The tags of a Go template. Calls are found by name behind the template's tag, as Ollama does, unless the template
     * shows a family whose calls have another form.
     *
     * @param open what the template has around thinking
     * @param toolTag what it has before calls
     */
    static AnswerTags ofGo(String source, String open, String close, String toolTag) {
        if (HarmonyParser.speaksOf(source)) {
            return HARMONY;
        }
        Calls calls = CallFamilies.of(source)
                .<Calls>map(family -> family)
                .filter(family -> !family.equals(CallFamilies.HERMES) && !family.equals(CallFamilies.LLAMA))
                .orElse(new Calls.Named(toolTag));
        return new AnswerTags(open, close, calls);
    }

    /** Whether a template's text marks thinking in a way that is known here beside {@code <think>}. */
    public static boolean marksThinking(String source) {
        return HarmonyParser.speaksOf(source)
                || THINKING.stream()
                        .anyMatch(tags -> source.contains(tags.thinkOpen) && source.contains(tags.thinkClose));
    }

    public boolean marksThinking() {
        return isHarmony() || !thinkOpen.isEmpty() && !thinkClose.isEmpty();
    }

    public boolean isHarmony() {
        return calls instanceof Calls.Harmony;
    }

    /** The text behind which content begins. */
    String contentStart() {
        return thinkClose;
    }

    /**
     * Texts that must be seen in the answer although their tokens may be control tokens.
     *
     * @param thinking whether thinking is split off
     * @param tools whether calls are looked for
     */
    public Set<String> shown(boolean thinking, boolean tools) {
        var texts = new LinkedHashSet<String>();
        if (isHarmony()) {
            return HarmonyParser.TAGS;
        }
        if (thinking && marksThinking()) {
            texts.addAll(List.of(thinkOpen, thinkClose));
        }
        if (tools && calls instanceof Calls.Marked marked) {
            var all = new ArrayList<String>(marked.silent());
            marked.marks().forEach(mark -> all.addAll(List.of(mark.open(), mark.close())));
            Stream.concat(all.stream(), CallFamilies.INNER.stream())
                    .filter(text -> !text.isEmpty())
                    .forEach(texts::add);
        }
        if (tools && calls instanceof Calls.Named named) {
            texts.add(named.tag());
        }
        return texts;
    }
}
