package dev.llamero.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.gateway.upstream.UpstreamException.Code;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalsTest {
    private static final URI PROXY = URI.create("http://127.0.0.1:8080");

    private static UpstreamException refused(int status, String body) {
        return Refusals.refused(PROXY, status, body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "400, REQUEST_REFUSED",
        "401, PROXY_REFUSED",
        "403, PROXY_REFUSED",
        "404, MODEL_NOT_FOUND",
        "413, REQUEST_REFUSED",
        "429, BUSY",
        "500, MODEL_FAILED",
        "502, INFERENCE_UNREACHABLE",
        "503, INFERENCE_UNREACHABLE",
        "504, INFERENCE_UNREACHABLE"
    })
    void everyStatusHasItsWordsAndARemedy(int status, Code code) {
        UpstreamException refusal = refused(status, "{\"error\":{\"message\":\"the reason\"}}");
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal).hasMessageContaining("the reason");
        assertThat(refusal.remedy()).isNotBlank();
    }

    @Test
    void reasonsAreReadInEveryShapeAndCut() {
        assertThat(refused(400, "{\"error\":\"as Ollama does\"}")).hasMessageEndingWith("as Ollama does.");
        assertThat(refused(502, "Bad Gateway\n<html>")).hasMessageEndingWith("Bad Gateway.");
        assertThat(refused(502, "")).hasMessageEndingWith("no reason given.");
        assertThat(refused(500, "x".repeat(5000)).getMessage().length()).isLessThan(800);
    }
}
