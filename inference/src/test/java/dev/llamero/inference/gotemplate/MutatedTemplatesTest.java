package dev.llamero.inference.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates damaged at random: they render or are refused, and nothing else comes out. */
class MutatedTemplatesTest {
    private static final int TEMPLATES = Integer.getInteger("llamero.templates", 6_000);
    private static final List<String> PIECES = List.of(
            "{{",
            "}}",
            "{{-",
            "-}}",
            "{{ end }}",
            "{{ else }}",
            "(",
            ")",
            "|",
            ":=",
            "=",
            "$",
            ".",
            ",",
            "\"",
            "`",
            "'",
            " ",
            "\n",
            "é",
            "😀",
            "\ud800",
            "\0",
            "-1",
            "0x",
            "9999999999999999999",
            "1e400",
            "%!",
            "%[9]*d",
            "nil",
            "len ",
            "index ",
            "slice ",
            "printf \"%*.*f\" ",
            "json ",
            ".Messages",
            ".Tools",
            ".ToolCalls",
            "range ",
            "if ",
            "define \"x\"",
            "template \"x\" .",
            "break",
            "/*",
            "*/");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void onlyRenderOrAreRefused(long seed) throws IOException, URISyntaxException {
        var random = new Random(seed);
        Path file = Path.of(MutatedTemplatesTest.class
                .getResource("/gotemplates/handwritten.json")
                .toURI());
        JsonNode all = Recordings.read(file);
        OllamaTemplate.Input input = Recordings.chat(all.get("requests").get(0));
        OllamaTemplate.Input turns = Recordings.chat(all.get("requests").get(2));
        var sources = new ArrayList<String>();
        all.get("cases").forEach(entry -> sources.add(entry.get("template").asText()));
        int rendered = 0;
        for (int i = 0; i < TEMPLATES; i++) {
            String template = mutated(sources.get(random.nextInt(sources.size())), random);
            if (Recordings.complaint(template).isEmpty()) {
                OllamaTemplate parsed = OllamaTemplate.parse(template);
                assertThat(parsed.toolTag()).as(template).isNotEmpty();
                assertThat(parsed.thinkingTags()).as(template).isNotNull();
                rendered += Recordings.outcome(parsed, input).startsWith("rendered: ") ? 1 : 0;
                rendered += Recordings.outcome(parsed, turns).startsWith("rendered: ") ? 1 : 0;
            }
        }
        assertThat(rendered).isGreaterThan(TEMPLATES / 10);
    }

    private static String mutated(String source, Random random) {
        var text = new StringBuilder(source);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int start = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), start + random.nextInt(4));
            text.replace(start, end, random.nextInt(4) == 0 ? "" : PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
