package dev.llamero.inference.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small templates with the text or failure that Python's Jinja2 3.1.6 gave for them in the environment of {@code
 * apply_chat_template}.
 */
class PythonCasesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"operators.json", "filters-and-tests.json", "expressions.json", "statements.json", "mixed.json"})
    void comesOutAsInPython(String file) throws IOException {
        try (InputStream in = PythonCasesTest.class.getResourceAsStream("/jinja/" + file)) {
            JsonNode cases = TemplateCases.read(in.readAllBytes());
            assertThat(cases.get("cases").size()).isGreaterThan(200);
            assertThat(TemplateCases.differences(cases)).isEmpty();
        }
    }
}
