package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged and crossed templates: whatever the source, a text or a {@link TemplateException} comes out. */
class TemplateFuzzTest {
    private static final long SEED = 20_261_125;
    private static final int ROUNDS = 6_000;
    private static final Limits TIGHT = new Limits(1 << 16, 60, 1 << 18, 200_000, 40, 1_000);
    private static final String[] PIECES = {
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "+",
        "|",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ".",
        ",",
        ":",
        "'",
        "\"",
        "\\",
        "\n",
        " ",
        "*",
        "**",
        "//",
        "%",
        "~",
        "=",
        "==",
        "not ",
        " in ",
        " is ",
        " if ",
        " else ",
        "for x in ",
        "endfor",
        "endif",
        "loop",
        "range(99)",
        "9999999999",
        "1e308",
        "none",
        "undef",
        "join",
        "map",
        "recursive",
        "set x",
        "macro m(a)",
        "endmacro",
        "caller()",
        "\ud83d",
        "\u0000",
        "\u2028",
        "namespace()",
        "raw",
        "endraw",
        "block b",
        "endblock"
    };

    @Test
    void neverFailsInAnotherWay() throws IOException {
        List<String> sources = new ArrayList<>();
        Map<String, Object> variables = load(sources);
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String source = mutated(sources, random);
            try {
                Template.parse(source, TIGHT).render(variables, TemplateCases.CLOCK);
            } catch (TemplateException expected) {
                if (expected.getMessage() == null || expected.type().isEmpty()) {
                    fail("seed %d, round %d: a failure without words for %s", SEED, round, source);
                }
            } catch (RuntimeException | Error e) {
                fail("seed %d, round %d, template:%n%s".formatted(SEED, round, source), e);
            }
        }
    }

    private static Map<String, Object> load(List<String> sources) throws IOException {
        Map<String, Object> variables = Map.of();
        for (String file : List.of("statements.json", "expressions.json", "filters-and-tests.json")) {
            try (InputStream in = TemplateFuzzTest.class.getResourceAsStream("/jinja/" + file)) {
                JsonNode cases = TemplateCases.read(in.readAllBytes());
                cases.get("cases")
                        .forEach(item -> sources.add(item.get("template").asText()));
                variables = TemplateCases.variables(cases.get("variables"));
            }
        }
        return variables;
    }

    private static String mutated(List<String> sources, Random random) {
        StringBuilder text = new StringBuilder(sources.get(random.nextInt(sources.size())));
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(5)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(6)));
                case 2 -> text.insert(at, sources.get(random.nextInt(sources.size())));
                case 3 -> {
                    int end = Math.min(text.length(), at + 1 + random.nextInt(12));
                    text.insert(at, text.substring(Math.min(at, end), end).repeat(1 + random.nextInt(3)));
                }
                default -> {
                    int end = Math.min(text.length(), at + 1);
                    text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
                }
            }
        }
        return text.toString();
    }
}
