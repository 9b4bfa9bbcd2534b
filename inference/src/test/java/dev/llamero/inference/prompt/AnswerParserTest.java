package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each case is cut at every place, and comes out the same. */
class AnswerParserTest {
    private static final ToolTypes F =
            ToolTypes.of(List.of(Map.of("function", Map.of("name", "f", "parameters", Map.of()))));

    private record Whole(String thinking, String content, List<ToolCall> calls) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "<think> internal </think> world|internal |world",
                "<think>a</think><think>b</think>c|a|<think>b</think>c",
                "  abc <think>x</think>||  abc <think>x</think>",
                "<think>abc</thing>def|abc</thing>def|",
                " <think> ~abc</think> ~~def|abc|def",
                "<think></think>hi||hi",
                "<thinking>||<thinking>",
                "no tags||no tags",
                "<think>cut|cut|",
                "<think>held</thi|held</thi|",
            })
    void thinkingIsSplitByTheRulesOfTheSpecification(String answer, String thinking, String content) {
        String text = answer.replace('~', '\n');
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second += 3) {
                var parser = AnswerParser.of("prompt", AnswerTags.QWEN, true, ToolTypes.NONE);
                Whole whole =
                        run(parser, text.substring(0, first), text.substring(first, second), text.substring(second));
                assertThat(whole.thinking()).isEqualTo(thinking == null ? "" : thinking);
                assertThat(whole.content()).isEqualTo(content == null ? "" : content);
            }
        }
    }

    @Test
    void aPromptThatEndsWithTheTagStartsInside() {
        Whole whole = run(
                AnswerParser.of("user\n<think>\n", AnswerTags.QWEN, true, ToolTypes.NONE),
                "why",
                " not</think>",
                "yes");
        assertThat(whole.thinking()).isEqualTo("why not");
        assertThat(whole.content()).isEqualTo("yes");
    }

    @Test
    void callsAreTakenOutOfTheTextWithTheSpaceAroundThem() {
        String text =
                "Let me see. \n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"b\": 1, \"a\": \"x\"}}\n</tool_call>\n"
                        + "<tool_call>{\"name\":\"g\"}</tool_call> done";
        for (int at = 0; at <= text.length(); at++) {
            Whole whole =
                    run(AnswerParser.of("", AnswerTags.QWEN, false, F), text.substring(0, at), text.substring(at));
            assertThat(whole.content()).isEqualTo("Let me see.done");
            assertThat(whole.calls()).extracting(ToolCall::name).containsExactly("f", "g");
            assertThat(whole.calls().getFirst().arguments()).containsExactly(Map.entry("b", 1L), Map.entry("a", "x"));
            assertThat(whole.calls().getLast().arguments()).isEmpty();
            assertThat(whole.calls().getFirst().id()).matches("call_[a-z0-9]{8}");
        }
    }

    @Test
    void whatIsNoCallComesBackAsText() {
        assertThat(run(AnswerParser.of("", AnswerTags.QWEN, false, F), "<tool_call>{broken</tool_call> x")
                        .content())
                .isEqualTo("<tool_call>{broken</tool_call> x");
        assertThat(run(AnswerParser.of("", AnswerTags.QWEN, false, F), "a <tool_call>{\"name\":")
                        .content())
                .isEqualTo("a <tool_call>{\"name\":");
        assertThat(run(AnswerParser.of("", AnswerTags.QWEN, false, F), "a <tool")
                        .content())
                .isEqualTo("a <tool");
    }

    @Test
    void thinkingAndCallsWorkTogether() {
        Whole whole = run(
                AnswerParser.of("", AnswerTags.QWEN, true, F),
                "<think>\nI call.\n</think>\n\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>");
        assertThat(whole.thinking()).isEqualTo("I call.\n");
        assertThat(whole.content()).isEmpty();
        assertThat(whole.calls()).hasSize(1);
    }

    private static Whole run(AnswerParser parser, String... pieces) {
        var thinking = new StringBuilder();
        var content = new StringBuilder();
        var calls = new ArrayList<ToolCall>();
        var deltas = new ArrayList<AnswerParser.Delta>();
        for (String piece : pieces) {
            deltas.add(parser.accept(piece));
        }
        deltas.add(parser.finish());
        for (var delta : deltas) {
            thinking.append(delta.thinking());
            content.append(delta.content());
            calls.addAll(delta.calls());
        }
        return new Whole(thinking.toString(), content.toString(), calls);
    }
}
