package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.StepSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.models.KvType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Guessing ahead over llama.cpp: the text is that of an engine which never guesses, to the byte.
 *
 * <p>Contexts here stay below 512 cells or have a quantized cache: beyond that, llama.cpp's attention on the CPU treats
 * a lone row in another way, and an undecided choice may differ.
 */
@Tag("native")
@Timeout(300)
class SpeculationOnLlamaTest {
    private static final int CONTEXT = 2048;
    private static final SamplingSettings WARM =
            new SamplingSettings(0.9f, 40, 0.95f, 0.02f, 1, 64, 1.1f, 0.1f, 0.1f, 42);

    private static final Path BUILT_IN = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");

    /** What a generation wrote and cost. */
    private record Outcome(String text, GenerationStatistics cost) {}

    /**
     * The same model guesses for itself: nearly always right, whatever text comes. How often it guesses follows from
     * measured times, but the first guess is made before any was.
     */
    @Test
    void aSecondModelThatGuessesLeavesGreedyTextAsItIs() throws InterruptedException {
        Assumptions.assumeTrue(Files.exists(Path.of("natives/linux-x64/node_modules")), "skipped: natives not fetched");
        ModelSettings settings = new ModelSettings(CONTEXT, 1, 1, 0, KvType.F16, 2, 512, true);
        int accepted = 0;
        for (String prompt : prompts(0)) {
            Outcome without = run(BUILT_IN, KvType.F16, 0, SamplingSettings.GREEDY, prompt);
            OpenModel small = TestModels.runtime().open(BUILT_IN, settings, LoadProgress.NONE);
            try (BatchingEngine engine = open(BUILT_IN, KvType.F16, 16, Optional.of(small))) {
                Outcome with = ask(engine, SamplingSettings.GREEDY, prompt);
                assertThat(with.text()).isEqualTo(without.text());
                accepted += with.cost().acceptedTokens();
            }
        }
        assertThat(accepted).isPositive();
    }

    private static BatchingEngine open(Path gguf, KvType kvType, int draftTokensMax) {
        return open(gguf, kvType, draftTokensMax, Optional.empty());
    }

    private static BatchingEngine open(Path gguf, KvType kvType, int draftTokensMax, Optional<OpenModel> small) {
        Assumptions.assumeTrue(Files.exists(Path.of("natives/linux-x64/node_modules")), "skipped: natives not fetched");
        ModelSettings settings = new ModelSettings(CONTEXT, 4, 8, 0, kvType, 2, 512, true);
        OpenModel model = TestModels.runtime().open(gguf, settings, LoadProgress.NONE);
        return new BatchingEngine(
                "speculation",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(4, 32, model.info().contextTokens(), 0),
                StepSettings.of(model.info()).withDraftTokensMax(draftTokensMax).withRowShare(0.01),
                small.map(OpenModel::decoder),
                Optional.empty(),
                () -> {
                    small.ifPresent(OpenModel::close);
                    model.close();
                });
    }

    private static Outcome run(Path gguf, KvType kvType, int draftTokensMax, SamplingSettings sampling, String prompt)
            throws InterruptedException {
        try (BatchingEngine engine = open(gguf, kvType, draftTokensMax)) {
            return ask(engine, sampling, prompt);
        }
    }

    private static Outcome ask(BatchingEngine engine, SamplingSettings sampling, String prompt)
            throws InterruptedException {
        int[] tokens = engine.tokenizer().encode(prompt, false, true);
        Generation generation = engine.submit(
                new GenerationRequest("test", prompt, tokens, sampling, List.of(), 160, 4, false, -1, null, ""));
        StringBuilder text = new StringBuilder();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            event = generation.next();
        }
        return new Outcome(text.toString(), ((TokenEvent.Finish) event).statistics());
    }

    private static String user(String text) {
        return "<|im_start|>user\n" + text + "<|im_end|>\n<|im_start|>assistant\n";
    }

    /** @param sentences before the question, to make the context long */
    private static List<String> prompts(int sentences) {
        String before = "The sea is wide and blue today. ".repeat(sentences);
        String list = "The red fox ran home. The blue bird sang a song. The old man told us a story about the sea. ";
        return List.of(
                user(before + "Repeat this text word for word: " + list + list) + list,
                user(before + "Count: one two three one two three one two three one two three"),
                user(before + "What is the capital of France?"),
                user(before + "Write the numbers 1 to 30, one per line."));
    }

    private static void equal(Path gguf, KvType kvType, SamplingSettings sampling, List<String> prompts)
            throws InterruptedException {
        int accepted = 0;
        for (String prompt : prompts) {
            // An engine each, so that attention reads this prompt's cells only.
            Outcome without = run(gguf, kvType, 0, sampling, prompt);
            Outcome with = run(gguf, kvType, 16, sampling, prompt);
            assertThat(with.text()).isEqualTo(without.text());
            assertThat(without.cost().draftedTokens()).isZero();
            assertThat(with.cost().acceptedTokens())
                    .isLessThanOrEqualTo(with.cost().draftedTokens());
            assertThat(with.cost().generatedTokens()).isEqualTo(without.cost().generatedTokens());
            accepted += with.cost().acceptedTokens();
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void theToyModelsGreedyTextIsTheSame() throws InterruptedException {
        equal(TestModels.toy(), KvType.F16, SamplingSettings.GREEDY, prompts(0).subList(1, 4));
    }

    /** The toy's random weights leave nothing clear: only equal arithmetic gives equal text. */
    @Test
    void inALongContextOfAQuantizedCacheTheToyModelsTextIsTheSame() throws InterruptedException {
        equal(TestModels.toy(), KvType.Q8_0, SamplingSettings.GREEDY, prompts(30));
    }

    @Test
    void theBuiltInModelsGreedyTextIsTheSame() throws InterruptedException {
        equal(BUILT_IN, KvType.F16, SamplingSettings.GREEDY, prompts(0));
        equal(BUILT_IN, KvType.Q8_0, SamplingSettings.GREEDY, prompts(30));
    }

    @Test
    void aRealModelsGreedyTextIsTheSame() throws InterruptedException {
        Path smol = TestModels.shared(TestModels.SMOLLM);
        equal(smol, KvType.F16, SamplingSettings.GREEDY, prompts(0).subList(0, 2));
        equal(smol, KvType.Q8_0, SamplingSettings.GREEDY, prompts(50).subList(1, 2));
    }

    @Test
    void aSeedGivesTheSameSampledText() throws InterruptedException {
        equal(BUILT_IN, KvType.F16, WARM, prompts(0));
        equal(BUILT_IN, KvType.Q8_0, WARM, prompts(30));
    }
}
