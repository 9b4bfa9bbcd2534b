package dev.llamero.inference.prompt;

import dev.llamero.inference.prompt.AnswerTags.Calls;
import dev.llamero.inference.prompt.AnswerTags.Mark;
import java.util.List;
import java.util.Optional;

/** The forms in which families of models write tool calls, and the text by which their templates are known. */
final class CallFamilies {
    /** Qwen3, Hermes, GLM and many others: {@code <tool_call>}; the body is JSON, or names and values in tags. */
    static final Calls.Marked HERMES = family(false, List.of(), "<tool_call>", "</tool_call>");

    /** Llama 3: a tag before the call, or the whole answer is one. */
    static final Calls.Marked LLAMA = family(true, List.of(), "<|python_tag|>", "");

    /** A template that tells nothing of the form: the most usual ones. */
    static final Calls.Marked UNKNOWN = family(true, List.of(), "<tool_call>", "</tool_call>");

    /** Texts within calls, which are control tokens in some vocabularies. */
    static final List<String> INNER =
            List.of("<｜tool▁sep｜>", "<|tool_call_argument_begin|>", "[ARGS]", "[CALL_ID]", "<escape>", "<|\"|>");

    private record Family(List<String> needles, Calls.Marked calls) {}

    /** The more telling text first: many templates mention {@code <tool_call>} too. */
    private static final List<Family> KNOWN = List.of(
            known(List.of("<minimax:tool_call>"), "<minimax:tool_call>", "</minimax:tool_call>"),
            known(List.of("<seed:tool_call>"), "<seed:tool_call>", "</seed:tool_call>"),
            new Family(
                    List.of("<｜tool▁call▁begin｜>"),
                    family(
                            false,
                            List.of("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
                            "<｜tool▁call▁begin｜>",
                            "<｜tool▁call▁end｜>")),
            new Family(
                    List.of("<|tool_call_begin|>"),
                    family(
                            false,
                            List.of("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
                            "<|tool_call_begin|>",
                            "<|tool_call_end|>")),
            known(List.of("[TOOL_CALLS]"), "[TOOL_CALLS]", ""),
            new Family(
                    List.of("<|START_ACTION|>"),
                    family(
                            false,
                            List.of("<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"),
                            "<|START_ACTION|>",
                            "<|END_ACTION|>")),
            known(List.of("<TOOLCALL>"), "<TOOLCALL>", "</TOOLCALL>"),
            known(List.of("<|tool_call_start|>"), "<|tool_call_start|>", "<|tool_call_end|>"),
            known(List.of("<|tool_list_start|>"), "<|tool_call_start|>", "<|tool_call_end|>"),
            known(List.of("<start_function_call>"), "<start_function_call>", "<end_function_call>"),
            known(List.of("<|tool_call>", "<tool_call|>"), "<|tool_call>", "<tool_call|>"),
            known(List.of("functools"), "functools", ""),
            known(List.of("<tool_calls>"), "<tool_calls>", "</tool_calls>"),
            new Family(List.of("<tool_call>"), HERMES),
            new Family(
                    List.of("<function="),
                    new Calls.Marked(
                            List.of(new Mark("<function=", "</function>"), new Mark("<|python_tag|>", "")),
                            List.of(),
                            false)),
            new Family(List.of("<|tool_call|>"), family(false, List.of("<|/tool_call|>"), "<|tool_call|>", "")),
            new Family(List.of("<|python_tag|>"), LLAMA),
            new Family(List.of("\"parameters\": dictionary"), LLAMA),
            new Family(
                    List.of("Action:", "```json"),
                    new Calls.Marked(
                            List.of(new Mark("Action:```json", "```"), new Mark("Action: ```json", "```")),
                            List.of(),
                            false)));

    private CallFamilies() {}

    private static Calls.Marked family(boolean bare, List<String> silent, String open, String close) {
        return new Calls.Marked(List.of(new Mark(open, close)), silent, bare);
    }

    private static Family known(List<String> needles, String open, String close) {
        return new Family(needles, family(false, List.of(), open, close));
    }

    /** The form of a template's family; empty if its text tells none. */
    static Optional<Calls.Marked> of(String source) {
        return KNOWN.stream()
                .filter(family -> family.needles().stream().allMatch(source::contains))
                .map(Family::calls)
                .findFirst();
    }
}
