package dev.llamero.inference.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates as a real Ollama took, rendered or refused them; all texts are compared exactly. */
class RecordedTemplatesTest {
    private static final String NOT_VALID = "template error: ";

    static List<Path> files() throws IOException, URISyntaxException {
        Path folder = Path.of(
                RecordedTemplatesTest.class.getResource("/golden/gotemplates").toURI());
        List<Path> files = Recordings.files(folder);
        assertThat(files).hasSizeGreaterThan(25);
        return files;
    }

    @ParameterizedTest
    @MethodSource("files")
    void isTakenAndRenderedAsOllamaDoes(Path file) throws IOException {
        JsonNode recording = Recordings.read(file);
        String template = recording.get("template").asText();
        String error = recording.at("/create/error").asText("");
        if (error.startsWith(NOT_VALID)) {
            assertThat(Recordings.complaint(template)).isEqualTo(error.substring(NOT_VALID.length()));
            return;
        }
        OllamaTemplate parsed = OllamaTemplate.parse(template);
        for (String kind : List.of("chat", "generate")) {
            for (Map.Entry<String, JsonNode> exchange : recording.path(kind).properties()) {
                check(kind + " " + exchange.getKey(), parsed, exchange.getValue(), kind.equals("chat"));
            }
        }
    }

    private static void check(String name, OllamaTemplate template, JsonNode exchange, boolean chat) {
        JsonNode request = exchange.get("request");
        OllamaTemplate.Input input = chat ? Recordings.chat(request) : Recordings.generate(request);
        String error = exchange.path("error").asText();
        if (error.endsWith("does not support thinking")) {
            assertThat(template.usesThinking()).as(name).isFalse();
        } else if (error.endsWith("does not support tools")) {
            assertThat(template.usesTools()).as(name).isFalse();
        } else if (error.endsWith("does not support insert")) {
            assertThat(template.usesSuffix()).as(name).isFalse();
        } else {
            String expected = exchange.has("rendered")
                    ? "rendered: " + exchange.get("rendered").asText()
                    : "error: " + error;
            assertThat(Recordings.outcome(template, input)).as(name).isEqualTo(expected);
        }
    }
}
