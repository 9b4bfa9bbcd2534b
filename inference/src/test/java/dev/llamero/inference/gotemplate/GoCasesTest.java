package dev.llamero.inference.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Templates with what Go 1.26's text/template and Ollama's own code gave for them: complaints of the parser, texts and
 * errors of the execution over five requests, names, and the tags of thinking and tool calls.
 */
class GoCasesTest {
    @ParameterizedTest
    @CsvSource({"handwritten.json,300", "generated.json,800"})
    void comesOutAsInGo(String name, int least) throws IOException, URISyntaxException {
        Path file =
                Path.of(GoCasesTest.class.getResource("/gotemplates/" + name).toURI());
        JsonNode all = Recordings.read(file);
        var inputs = new ArrayList<OllamaTemplate.Input>();
        for (JsonNode request : all.get("requests")) {
            inputs.add(request.has("messages") ? Recordings.chat(request) : Recordings.generate(request));
        }
        assertThat(all.get("cases").size()).isGreaterThan(least);
        var differences = new ArrayList<String>();
        for (JsonNode expected : all.get("cases")) {
            differences.addAll(differences(expected, inputs));
        }
        assertThat(differences).isEmpty();
    }

    private static List<String> differences(JsonNode expected, List<OllamaTemplate.Input> inputs) {
        String source = expected.get("template").asText();
        var differences = new ArrayList<String>();
        String complaint = Recordings.complaint(source);
        compare(differences, source, expected.path("complaint").asText(), complaint);
        if (!complaint.isEmpty() || expected.has("complaint")) {
            return differences;
        }
        OllamaTemplate template = OllamaTemplate.parse(source);
        compare(differences, source, texts(expected.get("names")), List.copyOf(template.vars()));
        OllamaTemplate.ThinkingTags tags = template.thinkingTags();
        compare(differences, source, texts(expected.get("thinking")), List.of(tags.open(), tags.close()));
        compare(differences, source, expected.get("tool").asText(), template.toolTag());
        for (int i = 0; i < inputs.size(); i++) {
            String outcome = Recordings.outcome(template, inputs.get(i));
            compare(differences, source, expected.get("outcomes").get(i).asText(), outcome);
        }
        return differences;
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static void compare(List<String> differences, String source, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            differences.add(source + "\n  Go:  " + expected + "\n  here: " + actual);
        }
    }
}
