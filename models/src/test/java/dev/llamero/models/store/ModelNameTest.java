package dev.llamero.models.store;

import static org.assertj.core.api.Assertions.assertThat;

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
        "http://a.b:80/c/d:e,a.b:80/c/d:e",
        "_x:_1,_x:_1",
    })
    void namesAreReadAndShownShort(String text, String shown) {
        assertThat(ModelName.parse(text).orElseThrow().display()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "../x",
                "a b",
                "model:",
                "/model",
                "ns//m",
                ".hidden",
                "a/b/c/d",
                "na.me/m",
                "x@sha256:1",
                "http://x",
                ":x",
                "a//b",
                "x:-t"
            })
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
    void theSchemeIsKept() {
        assertThat(ModelName.parse("http://h/n/m").orElseThrow().scheme()).isEqualTo("http");
        assertThat(ModelName.parse("h/n/m").orElseThrow().scheme()).isEqualTo("https");
    }

    @Test
    void aPartMayHave80Letters() {
        assertThat(ModelName.parse("m".repeat(80) + ":" + "t".repeat(80))).isPresent();
        assertThat(ModelName.parse("m".repeat(81))).isEmpty();
        assertThat(ModelName.parse("x:" + "t".repeat(81))).isEmpty();
    }
}
