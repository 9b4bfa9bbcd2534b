package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.TOKENIZER;
import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchingEngineTest {
    @Test
    void answersWithTheScriptedTextAndCountsTheEndToken() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(64, 2, 16, Script.answer("?", "héllo 🦙"));
        try (BatchingEngine engine = engine(decoder, 1)) {
            EngineTestCase.Answer answer = read(engine.submit(request("who?").build()));
            assertThat(answer.text()).isEqualTo("héllo 🦙");
            assertThat(answer.pieces()).containsExactly("h", "é", "l", "l", "o", " ", "🦙");
            assertThat(answer.reason()).isEqualTo(FinishReason.STOP);
            assertThat(answer.statistics().generatedTokens()).isEqualTo(12);
            assertThat(answer.statistics().promptTokens()).isEqualTo(4);
            assertThat(answer.statistics().reusedTokens()).isZero();
        }
        assertThat(decoder.closed).isTrue();
    }

    @Test
    void theTokenLimitEndsTheAnswer() throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(64, 2, 16, Script.endless()), 1)) {
            EngineTestCase.Answer answer =
                    read(engine.submit(request("abc").tokensMax(7).build()));
            assertThat(answer.text()).hasSize(7);
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(answer.statistics().generatedTokens()).isEqualTo(7);
        }
    }

    @Test
    void noTokensAskedForGivesNoText() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(64, 2, 16, Script.endless());
        try (BatchingEngine engine = engine(decoder, 1)) {
            EngineTestCase.Answer answer =
                    read(engine.submit(request("abc").tokensMax(0).build()));
            assertThat(answer.text()).isEmpty();
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(engine.load()).isEqualTo(new Engine.Load(0, 0));
        }
        assertThat(decoder.steps).isEmpty();
    }

    @Test
    void concurrentAnswersEqualThoseOfEachAlone() throws InterruptedException {
        List<String> alone = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            try (BatchingEngine engine = engine(new FakeDecoder(1024, 8, 16, Script.ending(40)), 1)) {
                alone.add(read(engine.submit(prompt(i))).text());
            }
        }
        List<String> together = new ArrayList<>();
        try (BatchingEngine engine = engine(new FakeDecoder(1024, 8, 16, Script.ending(40)), 8)) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                generations.add(engine.submit(prompt(i)));
            }
            for (Generation generation : generations) {
                together.add(read(generation).text());
            }
        }
        assertThat(together).isEqualTo(alone);
    }

    private static GenerationRequest prompt(int i) {
        return request("a common beginning, then question " + i).tokensMax(60).build();
    }

    @Test
    void aPromptThatFillsTheContextIsRefused() {
        try (BatchingEngine engine = engine(new FakeDecoder(64, 2, 16, Script.endless()), 1, 0, 8)) {
            assertThatThrownBy(() -> engine.submit(request("12345678").build()))
                    .isInstanceOf(EngineException.PromptTooLong.class)
                    .hasMessageContaining("request (8 tokens) exceeds the available context size (8 tokens)");
        }
    }

    @Test
    void aTokenOutsideTheVocabularyIsRefused() {
        try (BatchingEngine engine = engine(new FakeDecoder(64, 2, 16, Script.endless()), 1)) {
            GenerationRequest bad = new GenerationRequest(
                    "x", "", new int[] {258}, SamplingSettings.GREEDY, List.of(), 1, 0, false, -1, null, "");
            assertThatThrownBy(() -> engine.submit(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("258");
        }
    }

    @Test
    void theThreadIsNamedAfterTheModelAndTheFactsAreTheModels() {
        try (BatchingEngine engine = engine(new FakeDecoder(64, 2, 16, Script.endless()), 1)) {
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .contains("engine-toy");
            assertThat(engine.tokenizer()).isSameAs(TOKENIZER);
            assertThat(engine.info().contextTokens()).isEqualTo(64);
        }
    }

    @Test
    void limitsBeyondTheDecoderAreRefused() {
        FakeDecoder decoder = new FakeDecoder(64, 2, 16, Script.endless());
        assertThatThrownBy(() -> engine(decoder, 3)).hasMessageContaining("parallel is 3");
        assertThatThrownBy(() -> engine(decoder, 1, 0, 65)).hasMessageContaining("contextTokensPerConversation is 65");
    }
}
