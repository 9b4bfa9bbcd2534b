package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
    @ParameterizedTest
    @CsvSource({
        "llama3.2,llama3.2:latest",
        "user/m:1b,user/m:1b",
        "hf.co/u/r:Q4,hf.co/u/r:Q4",
        "https://registry.ollama.ai/library/x,x:latest",
        "localhost:5000/a/b,localhost:5000/a/b:latest",
        " x:tag ,x:tag",
    })
    void namesAreReadAndShownShort(String text, String shown) {
        assertThat(ModelName.parse(text).orElseThrow().display()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "../x", "a b", "model:", "/model", "ns//m", ".hidden", "a/b/c/d", "na.me/m", "x@sha256:1"})
    void whatIsNoNameIsRefused(String text) {
        assertThat(ModelName.parse(text)).isEmpty();
    }

    @Test
    void caseDoesNotCount() {
        assertThat(ModelName.parse("User/M:1B")
                        .orElseThrow()
                        .sameAs(ModelName.parse("user/m:1b").orElseThrow()))
                .isTrue();
    }

    @Test
    void aSourceSuffixIsTakenOff() {
        assertThat(ModelRef.parse("x:Local")).isEqualTo(new ModelRef("x", false));
        assertThat(ModelRef.parse("x:cloud")).isEqualTo(new ModelRef("x", true));
        assertThat(ModelRef.parse("x:8b-cloud").cloud()).isTrue();
        assertThatThrownBy(() -> ModelRef.parse("x:local:cloud"))
                .hasMessage("use either :local or :cloud, not both: \"x:local:cloud\"");
    }
}
