package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.api.ChatMessage.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedCallParserTest {
    private static final List<String> TOOLS = List.of("get", "get_weather", "add");

    /** Content, and calls as name and arguments. */
    private static String run(String tag, String... pieces) {
        var parser = new NamedCallParser(tag, TOOLS);
        var calls = new ArrayList<ToolCall>();
        var out = new StringBuilder();
        for (String piece : pieces) {
            out.append(parser.accept(piece, calls));
        }
        out.append(parser.finish(calls));
        calls.forEach(call -> out.append('|').append(call.name()).append(call.arguments()));
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "[C];hi [C]{\"name\":\"add\",\"arguments\":{\"a\":1}} bye;hi |add{a=1}",
                "[C];[C] [{\"name\":\"add\",\"parameters\":{\"a\":1}},{\"get\":{}}];|add{a=1}|get{}",
                "[C];[C]get_weather{\"city\":\"Rome\"};|get_weather{city=Rome}",
                "[C];[C]{\"get_weather\":{\"city\":\"Rome\"}};|get_weather{city=Rome}",
                "[C];[C]{\"function\":{\"name\":\"add\",\"arguments\":\"{\\\"a\\\":2}\"}};|add{a=2}",
                "[C];[C]{\"name\":\"get_weather\"};|get_weather{}",
                "[C];a [C]{\"name\":\"nobody\"} b;a [C]{\"name\":\"nobody\"} b",
                "[C];only [C text;only [C text",
                "[C];cut [C]{\"name\":\"add\",;cut [C]{\"name\":\"add\",",
                "{;  {\"name\":\"add\",\"arguments\":{\"a\":\"}\"}};  |add{a=}}",
                "{;text {\"name\":\"add\",\"arguments\":{}};text {\"name\":\"add\",\"arguments\":{}}",
                "{;{\"answer\":1} more;{\"answer\":1} more",
                "[;[{\"name\":\"add\",\"arguments\":{}}];|add{}"
            })
    void callsAreFoundHoweverTheAnswerIsCut(String tag, String answer, String expected) {
        for (int first = 0; first <= answer.length(); first++) {
            for (int second = first; second <= answer.length(); second += 2) {
                assertThat(run(
                                tag,
                                answer.substring(0, first),
                                answer.substring(first, second),
                                answer.substring(second)))
                        .as("cut at %d and %d", first, second)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void textBehindATagIsHeldOnlyUpToABound() {
        var parser = new NamedCallParser("[C]", TOOLS);
        var calls = new ArrayList<ToolCall>();
        var content = new StringBuilder(parser.accept("[C]", calls));
        for (int i = 0; i < 3_000; i++) {
            content.append(parser.accept("0123456789".repeat(50), calls));
        }
        content.append(parser.finish(calls));
        assertThat(content).hasSize(3 + 3_000 * 500);
        assertThat(calls).isEmpty();
    }
}
