package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that want too much end in an error in words. */
class LimitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'x' * 999999999 }}",
                "{{ [1] * 999999999 }}",
                "{{ 'x'.center(2000000000) }}",
                "{{ '%2000000000d' % 1 }}",
                "{{ '{:>900000000}'.format(1) }}",
                "{{ 10 ** 10000000 }}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{"
                        + " ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
                        + "{{ ns.s|tojson }}",
                "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s|replace('a', 'aaaa') %}"
                        + "{% endfor %}",
                "{{ range(99999)|map('string')|map('center', 9999)|join }}"
            })
    void stopsWorkWithoutEnd(String source) {
        assertThatThrownBy(() -> Template.parse(source).render(Map.of()))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.type()).isEqualTo("LimitError"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% set x = [1] %}{% for i in x recursive %}{{ loop(x) }}{% endfor %}"
            })
    void stopsRecursionWithoutEnd(String source) {
        assertThatThrownBy(() -> Template.parse(source).render(Map.of()))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.type()).isEqualTo("RecursionError"));
    }

    @Test
    void refusesRangesThatTheSandboxRefuses() {
        assertThatThrownBy(() -> Template.parse("{{ range(100001) }}").render(Map.of()))
                .hasMessage("Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
    }

    @ParameterizedTest
    @CsvSource({"(, )", "[, ]", "{1:, }", "a.b(, )", "-, ''", "'not ', ''", "1 if 1 else, ''"})
    void refusesExpressionsThatAreNestedTooDeeply(String open, String close) {
        String source = "{{ " + (open + " ").repeat(5_000) + "1" + close.repeat(5_000) + " }}";
        assertThatThrownBy(() -> Template.parse(source))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested deeper");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% if 1 %}", "{% for x in y %}", "{% macro m() %}", "{% filter upper %}", "{% block b %}"})
    void refusesTagsThatAreNestedTooDeeply(String tag) {
        assertThatThrownBy(() -> Template.parse(tag.repeat(5_000)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void refusesOperatorsInARowWithoutEnd() {
        assertThatThrownBy(() -> Template.parse("{{ 1" + " + 1".repeat(100_000) + " }}"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("operators in a row");
    }

    @Test
    void refusesSourcesThatAreTooLong() {
        Limits limits = new Limits(10, 10, 10, 10, 10, 10);
        assertThatThrownBy(() -> Template.parse("12345678901", limits))
                .hasMessage("the template is longer than 10 chars");
    }

    @Test
    void refusesTextThatIsTooLong() {
        Limits limits = new Limits(1_000, 10, 10, 1_000, 10, 10);
        Template template = Template.parse("{% for i in range(9) %}ab{% endfor %}", limits);
        assertThatThrownBy(() -> template.render(Map.of()))
                .hasMessage("the template made a text of more than 10 chars");
    }

    @Test
    void refusesVariablesThatHoldThemselves() {
        Map<String, Object> endless = new HashMap<>();
        endless.put("self", endless);
        assertThatThrownBy(() -> Template.parse("x").render(endless))
                .hasMessage("variables are nested deeper than 200 levels");
    }
}
