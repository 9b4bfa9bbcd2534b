package dev.llamero.inference.kherud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The second engine over the real library: SmolLM2 answers, Qwen3 is refused in words. */
class KherudEngineTest {
    private static final Path MODELS = Path.of("../../shared/models");
    private static final Path SMOL = MODELS.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");
    private static final Path QWEN3 = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final int SMOL_VOCABULARY = 49_152;
    private static final String PROMPT =
            "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n";

    @Test
    void answersGreedilyAndStopsAtStopString() throws InterruptedException {
        try (var engine = open(SMOL)) {
            var whole = read(engine.submit(request(engine, 24, List.of())));
            assertThat(whole.text()).contains("Paris");
            var again = read(engine.submit(request(engine, 24, List.of())));
            assertThat(again.text()).isEqualTo(whole.text());
            var cut = read(engine.submit(request(engine, 24, List.of("Paris"))));
            assertThat(cut.text())
                    .isEqualTo(whole.text().substring(0, whole.text().indexOf("Paris")));
            assertThat(cut.finish().reason()).isEqualTo(FinishReason.STOP);
            var limited = read(engine.submit(request(engine, 2, List.of())));
            assertThat(limited.finish().reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void cancelledAnswerEndsAndTheEngineGoesOn() throws InterruptedException {
        try (var engine = open(SMOL)) {
            try (var generation = engine.submit(request(engine, 400, List.of()))) {
                assertThat(generation.next()).isInstanceOf(TokenEvent.Piece.class);
                generation.cancel();
                assertThat(read(generation).finish().reason()).isEqualTo(FinishReason.CANCELLED);
            }
            assertThat(read(engine.submit(request(engine, 4, List.of()))).text())
                    .isNotEmpty();
        }
    }

    @Test
    void qwen3IsRefusedWithBuildAndRemedy() {
        assertThat(QWEN3).exists();
        assertThatThrownBy(() -> open(QWEN3).close())
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessageContaining("llama.cpp build 4916")
                .hasMessageContaining("architecture 'qwen3'")
                .hasMessageContaining("--engine llama");
    }

    @Test
    void closedEngineRefusesRequests() {
        var engine = open(SMOL);
        var request = request(engine, 4, List.of());
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.submit(request)).isInstanceOf(EngineException.Closed.class);
    }

    private static KherudEngine open(Path model) {
        assumeTrue(Files.isRegularFile(model), () -> model + " is not there; this test needs it");
        String architecture = model == QWEN3 ? "qwen3" : "llama";
        return new KherudEngine(new KherudSettings(model, 1024, 2, 8, 2, 0, SMOL_VOCABULARY, architecture));
    }

    private static GenerationRequest request(KherudEngine engine, int tokensMax, List<String> stops) {
        int[] tokens = engine.tokenizer().encode(PROMPT, false, true);
        return new GenerationRequest(
                "test", PROMPT, tokens, SamplingSettings.GREEDY, stops, tokensMax, 4, true, -1, null, "");
    }

    private static Answer read(Generation generation) throws InterruptedException {
        var text = new StringBuilder();
        while (true) {
            switch (generation.next()) {
                case TokenEvent.Piece piece -> text.append(piece.text());
                case TokenEvent.Finish finish -> {
                    return new Answer(text.toString(), finish);
                }
                case TokenEvent.Failure failure -> throw failure.cause();
            }
        }
    }

    private record Answer(String text, TokenEvent.Finish finish) {}
}
