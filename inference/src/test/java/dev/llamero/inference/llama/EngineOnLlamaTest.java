package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.FinishReason;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.GenerationStatistics;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.TokenLogprob;
import dev.llamero.models.KvType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The batching engine over llama.cpp with a real model: what a double cannot show. */
@Tag("native")
@Timeout(300)
class EngineOnLlamaTest {
    private static final Path MODELS = Path.of("../../shared/models");
    private static final String SMOL = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final String TINY = "tiny-qwen3-poc.gguf";
    private static final Path NATIVES = Path.of("natives");
    private static final int CONTEXT = 4096;
    private static final String NOT_THINKING = "<think>\n\n</think>\n\n";

    /** A finished generation. */
    private record Answer(String text, List<TokenLogprob> logprobs, FinishReason reason, GenerationStatistics cost) {}

    private static BatchingEngine open(String file) {
        return open(file, KvType.F16, 0);
    }

    private static BatchingEngine open(String file, KvType kvType, long parkedBytesMax) {
        Path gguf = MODELS.resolve(file);
        Assumptions.assumeTrue(Files.exists(gguf), "skipped: no model at " + gguf);
        Assumptions.assumeTrue(Files.exists(NATIVES.resolve("linux-x64/node_modules")), "skipped: natives not fetched");
        LlamaRuntime runtime = TestModels.runtime();
        ModelSettings settings = new ModelSettings(CONTEXT, 2, 16, 0, kvType, 2, 512, true);
        OpenModel model = runtime.open(gguf, settings, LoadProgress.NONE);
        return new BatchingEngine(
                file,
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(8, 32, model.info().contextTokens(), parkedBytesMax),
                Optional.empty(),
                model);
    }

    private static String chat(String... turns) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < turns.length; i++) {
            String role = i % 2 == 0 ? "user" : "assistant";
            text.append("<|im_start|>")
                    .append(role)
                    .append('\n')
                    .append(turns[i])
                    .append("<|im_end|>\n");
        }
        return text.append("<|im_start|>assistant\n").toString();
    }

    private static GenerationRequest request(
            BatchingEngine engine, String prompt, int tokensMax, int topLogprobs, String salt) {
        int[] tokens = engine.tokenizer().encode(prompt, false, true);
        return new GenerationRequest(
                "test",
                prompt,
                tokens,
                SamplingSettings.GREEDY,
                List.of(),
                tokensMax,
                4,
                false,
                topLogprobs,
                null,
                salt);
    }

    private static Answer read(Generation generation) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<TokenLogprob> logprobs = new ArrayList<>();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            logprobs.addAll(piece.logprobs());
            event = generation.next();
        }
        assertThat(event).isInstanceOf(TokenEvent.Finish.class);
        TokenEvent.Finish finish = (TokenEvent.Finish) event;
        return new Answer(text.toString(), logprobs, finish.reason(), finish.statistics());
    }

    /**
     * With a model whose choices are clear: llama.cpp's attention on the CPU takes another path for steps of 64 rows
     * and more, which moves log probabilities of an undecided model by up to 0.2.
     */
    @Test
    void eightConcurrentChatsGiveTheGreedyTextOfEachAlone() throws InterruptedException {
        String[] questions = {
            "Hello!",
            "Who are you?",
            "你好,请用一句话介绍你自己",
            "What is the capital of France?",
            "What is the capital of Japan?",
            "What is the opposite of hot?",
            "Count to 5.",
            "Write a short poem."
        };
        List<String> alone = new ArrayList<>();
        List<String> together = new ArrayList<>();
        try (BatchingEngine engine = open(TINY)) {
            for (String question : questions) {
                GenerationRequest request = request(engine, chat(question) + NOT_THINKING, 40, -1, question);
                alone.add(read(engine.submit(request)).text());
            }
        }
        try (BatchingEngine engine = open(TINY)) {
            List<Generation> generations = new ArrayList<>();
            for (String question : questions) {
                generations.add(engine.submit(request(engine, chat(question) + NOT_THINKING, 40, -1, "")));
            }
            for (Generation generation : generations) {
                together.add(read(generation).text());
            }
        }
        assertThat(together).isEqualTo(alone).doesNotContain("").doesNotHaveDuplicates();
        assertThat(together.get(3)).contains("Paris");
    }

    @Test
    void theSecondTurnOfALongChatEvaluatesOnlyItsNewTokens() throws InterruptedException {
        String story = "Tell me about the sea and the wind. ".repeat(240) + "What is the capital of Italy?";
        try (BatchingEngine engine = open(TINY)) {
            Answer one = read(engine.submit(request(engine, chat(story) + NOT_THINKING, 12, -1, "")));
            String next = chat(story, NOT_THINKING + one.text(), "What is the capital of Spain?") + NOT_THINKING;
            Answer two = read(engine.submit(request(engine, next, 12, -1, "")));
            assertThat(one.cost().promptTokens()).isGreaterThan(2000);
            assertThat(two.cost().reusedTokens())
                    .isGreaterThanOrEqualTo(one.cost().promptTokens());
            assertThat(two.cost().promptTokens() - two.cost().reusedTokens()).isLessThan(40);
            assertThat(two.text()).isNotEmpty();
        }
    }

    @Test
    void aReusedPrefixGivesTheGreedyTextOfAFreshOne() throws InterruptedException {
        try (BatchingEngine engine = open(TINY)) {
            GenerationRequest request = request(engine, chat("Who are you?") + NOT_THINKING, 30, -1, "");
            String fresh = read(engine.submit(request)).text();
            Answer again = read(engine.submit(request));
            assertThat(again.cost().reusedTokens()).isEqualTo(again.cost().promptTokens() - 1);
            assertThat(again.text()).isEqualTo(fresh).isNotEmpty();
        }
    }

    /** Another conversation's long answer makes the first one's cells leave the cache. */
    @ParameterizedTest
    @EnumSource(
            value = KvType.class,
            names = {"F16", "Q8_0"})
    void aParkedChatGoesOnWithTheTextOfOneThatWasNeverMoved(KvType kvType) throws InterruptedException {
        for (String file : new String[] {TINY, SMOL}) {
            List<Answer> kept = twoTurnsWithAnotherChatBetween(file, kvType, 0);
            List<Answer> parked = twoTurnsWithAnotherChatBetween(file, kvType, 1L << 30);
            assertThat(parked.get(1).text()).isEqualTo(kept.get(1).text()).isNotEmpty();
            assertThat(parked.get(1).cost().reusedTokens())
                    .isEqualTo(kept.get(1).cost().reusedTokens())
                    .isGreaterThan(kept.get(0).cost().promptTokens() - 1);
        }
    }

    private static List<Answer> twoTurnsWithAnotherChatBetween(String file, KvType kvType, long parkedBytesMax)
            throws InterruptedException {
        try (BatchingEngine engine = open(file, kvType, parkedBytesMax)) {
            String question = "The sea is wide. ".repeat(20) + "What is the capital of Italy?";
            Answer first = read(engine.submit(request(engine, chat(question) + NOT_THINKING, 20, -1, "one")));
            read(engine.submit(request(engine, chat("Count to 20.") + NOT_THINKING, 40, -1, "two")));
            String next = chat(question, NOT_THINKING + first.text(), "And of Spain?") + NOT_THINKING;
            return List.of(first, read(engine.submit(request(engine, next, 30, -1, "one"))));
        }
    }

    @Test
    void aContextShiftLetsTheAnswerGoOn() throws InterruptedException {
        try (BatchingEngine engine = open(TINY)) {
            int[] tokens = engine.tokenizer().encode("one two three four ".repeat(1100), false, true);
            GenerationRequest request = new GenerationRequest(
                    "test",
                    "",
                    Arrays.copyOf(tokens, CONTEXT - 4),
                    new SamplingSettings(2, 0, 1, 0, 1, 0, 1, 0, 0, 1),
                    List.of(),
                    40,
                    4,
                    true,
                    -1,
                    null,
                    "");
            assertThat(tokens.length).isGreaterThan(CONTEXT);
            Answer answer = read(engine.submit(request));
            // At this temperature an end token may come early; a failed shift would be a failure or LENGTH at 4.
            assertThat(answer.cost().generatedTokens()).isGreaterThan(4);
        }
    }

    /** The figures that a real Ollama gave for the same model, question and settings. */
    @Test
    void logProbabilitiesEqualARealOllamas() throws InterruptedException {
        try (BatchingEngine engine = open(SMOL)) {
            Answer answer = read(engine.submit(request(engine, chat("Name three colours."), 3, 1, "")));
            assertThat(answer.text()).isEqualTo("1. Red");
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(answer.cost().promptTokens()).isEqualTo(13);
            double[] recorded = {-1.8911982774734497, -0.04112952575087547, -1.03184175491333};
            for (int i = 0; i < recorded.length; i++) {
                assertThat(answer.logprobs().get(i).logprob()).isCloseTo(recorded[i], within(0.02));
            }
        }
    }

    @Test
    void cancellingInPrefillFreesTheSequence() throws InterruptedException {
        try (BatchingEngine engine = open(SMOL)) {
            Generation generation = engine.submit(request(engine, "word ".repeat(3500), 5, -1, ""));
            generation.cancel();
            Answer answer = read(generation);
            assertThat(answer.reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.text()).isEmpty();
            assertThat(engine.load().running()).isZero();
            assertThat(read(engine.submit(request(engine, chat("Hello."), 5, -1, "")))
                            .text())
                    .isNotEmpty();
        }
    }
}
