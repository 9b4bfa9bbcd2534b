package dev.llamero.inference.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that would not end, or would fill the memory, are stopped. */
class BoundsTest {
    private static final OllamaTemplate.Input INPUT =
            new OllamaTemplate.Input(List.of(Recordings.text("user", "Hello")), List.of(), "", "", false, "", false);

    private static String outcome(String template) {
        return Recordings.outcome(OllamaTemplate.parse(template), INPUT);
    }

    @Test
    void aTemplateThatCallsItselfEndsWithGosWords() {
        assertThat(outcome("{{ range .Messages }}{{ end }}{{ template \"\" . }}"))
                .isEqualTo("error: template: :1:42: executing \"\" at <{{template \"\" .}}>:"
                        + " exceeded maximum template depth (100000)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ range 1000000000 }}{{ end }}{{ range .Messages }}{{ end }}",
                "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}{{ range .Messages }}{{ end }}",
                "{{ range .Messages }}{{ range 9000000000000000000 }}{{ if eq . -1 }}x{{ end }}{{ end }}{{ end }}"
            })
    void aLoopWithoutEndRunsOutOfSteps(String template) {
        assertThat(outcome(template)).contains("takes more than 100000000 steps");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ $x := \"aaaaaaaa\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}{{ range .Messages }}{{ end }}",
                "{{ $x := \"<<<<<<<<\" }}{{ range 100 }}{{ $x = html $x $x }}{{ end }}{{ range .Messages }}{{ end }}",
                "{{ $x := \"<\" }}{{ range 100 }}{{ $x = printf \"%x%q\" $x $x }}{{ end }}{{ .Messages }}",
                "{{ range 100 }}{{ printf \"%1000000d\" 1 }}{{ end }}{{ range .Messages }}{{ end }}",
                "{{ printf \"%1000000d%[1]1000000d%1000000.1000000d\" 1 2 3 | printf \"%[1]q%[1]q%[1]q%[1]q%[1]q"
                        + "%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q%[1]q\" }}{{ .Messages }}"
            })
    void aTextThatGrowsIsStopped(String template) {
        assertThat(outcome(template)).contains("text is longer than");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ if true }}", "{{ range 1 }}", "{{ with 1 }}", "{{ block \"a\" . }}"})
    void nestingOfActionsIsBounded(String open) {
        assertThat(Recordings.complaint(open.repeat(20_000))).contains("nested");
    }

    @Test
    void nestingOfParenthesesIsBoundedWithGosWords() {
        assertThat(Recordings.complaint("{{ " + "(".repeat(20_000)))
                .isEqualTo("template: :1: max expression depth exceeded");
    }

    @Test
    void aLongChainOfElseIfIsBounded() {
        String template = "{{ if 0 }}" + "{{ else if 0 }}".repeat(20_000) + "{{ end }}";
        assertThat(Recordings.complaint(template)).contains("nested");
    }
}
