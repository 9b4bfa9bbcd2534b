package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.TOKENIZER;
import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogprobsTest {
    @Test
    void theyAreTheLogSoftmaxOfTheWholeVocabulary() {
        float[] logits = new float[ToyTokenizer.VOCABULARY];
        logits['a'] = 2;
        logits['b'] = 1;
        logits['c'] = 2;
        TokenLogprob entry = new Logprobs(TOKENIZER, new Candidates()).of(logits, logits.length, 'b', 3);
        double sum = 2 * Math.exp(2) + Math.exp(1) + (ToyTokenizer.VOCABULARY - 3);
        assertThat(entry.logprob()).isCloseTo(1 - Math.log(sum), within(1e-9));
        assertThat(entry.bytes()).containsExactly('b');
        assertThat(entry.alternatives())
                .extracting(other -> new String(other.bytes(), StandardCharsets.UTF_8))
                .containsExactly("a", "c", "b");
        assertThat(entry.alternatives().getFirst().logprob()).isCloseTo(2 - Math.log(sum), within(1e-9));
    }

    @Test
    void onePerTokenOfTheTextAndUntouchedByPenaltiesAndTemperature() throws InterruptedException {
        List<Double> plain = logprobs(SamplingSettings.GREEDY);
        List<Double> penalized = logprobs(new SamplingSettings(0, 40, 0.9f, 0, 1, 64, 1.0001f, 0, 0.001f, 1));
        assertThat(plain).hasSize(9).allMatch(logprob -> logprob <= 0);
        assertThat(penalized).isEqualTo(plain);
    }

    private static List<Double> logprobs(SamplingSettings sampling) throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(256, 2, 16, Script.answer("?", "äb🦙cc")), 1)) {
            EngineTestCase.Answer answer = read(
                    engine.submit(request("?").topLogprobs(2).sampling(sampling).build()));
            assertThat(answer.text()).isEqualTo("äb🦙cc");
            assertThat(answer.logprobs())
                    .allMatch(entry -> entry.alternatives().size() == 2)
                    .allMatch(entry -> entry.alternatives().getFirst().logprob()
                            >= entry.alternatives().get(1).logprob());
            return answer.logprobs().stream().map(TokenLogprob::logprob).toList();
        }
    }

    @Test
    void heldBackTokensComeWithTheNextPieceOrTheEnd() throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(256, 2, 16, Script.answer("?", "ab--c---")), 1)) {
            EngineTestCase.Answer answer =
                    read(engine.submit(request("?").topLogprobs(0).stops("---").build()));
            assertThat(answer.text()).isEqualTo("ab--c");
            assertThat(answer.pieces()).containsExactly("a", "b", "--c", "");
            assertThat(answer.logprobs())
                    .hasSize(8)
                    .allMatch(entry -> entry.alternatives().isEmpty());
            assertThat(answer.reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void noneUnlessAskedFor() throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(256, 2, 16, Script.answer("?", "abc")), 1)) {
            assertThat(read(engine.submit(request("?").build())).logprobs()).isEmpty();
        }
    }
}
