package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TemplateTest {
    @Test
    void acceptsEveryWidthOfNumber() {
        Map<String, Object> variables =
                Map.of("i", 1, "l", 2L, "s", (short) 3, "f", 0.5f, "d", 0.25, "nested", List.of(Map.of("x", 7)));
        assertThat(Template.parse("{{ i + l + s }} {{ f }} {{ d }} {{ nested[0].x == 7 }} {{ nested }}")
                        .render(variables))
                .isEqualTo("6 0.5 0.25 True [{'x': 7}]");
    }

    @Test
    void takesNullForNoneAndAbsenceForUndefined() {
        Map<String, Object> variables = new HashMap<>();
        variables.put("x", null);
        assertThat(Template.parse("{{ x is none }} {{ x is defined }} {{ y is defined }}")
                        .render(variables))
                .isEqualTo("True True False");
    }

    @Test
    void refusesJavaObjects() {
        assertThatThrownBy(() -> Template.parse("{{ x }}").render(Map.of("x", new Object())))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void doesNotChangeItsVariables() {
        List<Object> list = new ArrayList<>(List.of(3, 1, 2));
        String text = Template.parse("{{ l|sort }}{{ l|reverse|list }}{{ l + [4] }}{{ l }}")
                .render(Map.of("l", list));
        assertThat(text).isEqualTo("[1, 2, 3][2, 1, 3][3, 1, 2, 4][3, 1, 2]");
        assertThat(list).containsExactly(3, 1, 2);
    }

    @Test
    void namesTheLineOfASyntaxError() {
        assertThatThrownBy(() -> Template.parse("a\nb\n{{ c d }}"))
                .isInstanceOfSatisfying(TemplateException.class, e -> {
                    assertThat(e.line()).isEqualTo(3);
                    assertThat(e.describe())
                            .isEqualTo(
                                    "TemplateSyntaxError: expected token 'end of print statement', got 'd' (line 3)");
                });
    }

    @Test
    void namesTheLineOfAFailure() {
        Template template = Template.parse("a\n{% if true %}\n{{ x.y.z }}\n{% endif %}");
        assertThatThrownBy(() -> template.render(Map.of())).isInstanceOfSatisfying(TemplateException.class, e -> {
            assertThat(e.type()).isEqualTo("UndefinedError");
            assertThat(e.line()).isEqualTo(3);
        });
    }

    @Test
    void passesOnWhatTheTemplateRaises() {
        assertThatThrownBy(() -> Template.parse("{{ raise_exception('Roles must alternate') }}")
                        .render(Map.of()))
                .hasMessage("Roles must alternate");
    }

    @Test
    void takesTimeAndZoneFromTheClock() {
        Clock clock = Clock.fixed(Instant.parse("2026-06-30T23:30:00Z"), ZoneId.of("Europe/Warsaw"));
        assertThat(Template.parse("{{ strftime_now('%d %b %Y %H:%M') }}").render(Map.of(), clock))
                .isEqualTo("01 Jul 2026 01:30");
    }

    @Test
    void refusesTagsThatNeedOtherTemplates() {
        for (String tag : List.of("include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'")) {
            assertThatThrownBy(() -> Template.parse("{% " + tag + " %}"))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining("stands alone");
        }
    }

    @Test
    void rendersOnManyThreadsAtOnce() throws Exception {
        Template template = Template.parse("{% macro m(x) %}<{{ x }}>{% endmacro %}{% set ns = namespace(t=0) %}"
                + "{% for i in range(n) %}{% set ns.t = ns.t + i %}{{ m(i) }}{{ loop.last }}{% endfor %}{{ ns.t }}"
                + "{% filter upper %}x{{ n }}{% endfilter %}");
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                Map<String, Object> variables = Map.of("n", i % 50);
                String alone = template.render(variables);
                tasks.add(() -> template.render(variables).equals(alone));
            }
            for (Future<Boolean> task : executor.invokeAll(tasks)) {
                assertThat(task.get()).isTrue();
            }
        }
    }
}
