package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guessing ahead through the whole engine: fewer steps, the same answers. */
@Timeout(60)
class SpeculationTest {
    private static final String TEXT = "The quick brown fox jumps over the lazy dog near the old bridge at noon. ";
    private static final int CONTEXT = 1024;

    private final FakeClock clock = new FakeClock();

    private static StepSettings steps(int draftTokensMax) {
        return EngineTestCase.STEPS.withDraftTokensMax(draftTokensMax).withRowShare(0.05);
    }

    private FakeDecoder decoder(Script script, double rowShare) {
        FakeDecoder decoder = new FakeDecoder(4 * CONTEXT, 8, 64, script);
        decoder.beforeStep = batch -> {
            clock.pass((long) (1_000_000 * (1 + rowShare * (batch.size() - 1))));
            return null;
        };
        return decoder;
    }

    private List<EngineTestCase.Answer> run(FakeDecoder decoder, int draftTokensMax, GenerationRequest... requests)
            throws InterruptedException {
        try (BatchingEngine engine =
                EngineTestCase.engine(decoder, new EngineLimits(4, 16, CONTEXT, 0), steps(draftTokensMax), clock)) {
            List<Generation> generations = new ArrayList<>();
            for (GenerationRequest request : requests) {
                generations.add(engine.submit(request));
            }
            List<EngineTestCase.Answer> answers = new ArrayList<>();
            for (Generation generation : generations) {
                answers.add(read(generation));
            }
            return answers;
        }
    }

    private static GenerationRequest copy() {
        return request(TEXT.repeat(3) + "?").tokensMax(500).build();
    }

    @Test
    void aRepeatedTextTakesFarFewerSteps() throws InterruptedException {
        FakeDecoder decoder = decoder(Script.answer("?", TEXT.repeat(3)), 0.05);
        EngineTestCase.Answer answer = run(decoder, 16, copy()).getFirst();
        assertThat(answer.text()).isEqualTo(TEXT.repeat(3));
        assertThat(answer.reason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.statistics().generatedTokens()).isEqualTo(3 * TEXT.length() + 1);
        assertThat(answer.statistics().acceptedTokens()).isGreaterThan(2 * TEXT.length());
        assertThat(decoder.steps.size()).isLessThan(3 * TEXT.length() / 2);
        assertThat(decoder.steps).allMatch(step -> step.size() <= 64);
    }

    @Test
    void whereRowsAreAsDearAsStepsNothingIsGuessed() throws InterruptedException {
        FakeDecoder decoder = decoder(Script.answer("?", TEXT.repeat(3)), 1.1);
        EngineTestCase.Answer answer = run(decoder, 16, copy()).getFirst();
        assertThat(answer.text()).isEqualTo(TEXT.repeat(3));
        assertThat(answer.statistics().draftedTokens()).isLessThan(100);
        List<List<FakeDecoder.Row>> late = decoder.steps.subList(100, decoder.steps.size());
        assertThat(late.stream().filter(step -> step.size() > 1).count()).isLessThan(late.size() / 8);
    }

    @Test
    void guessesThatNeverHoldAreGivenUp() throws InterruptedException {
        // Letters from a hash: runs recur by chance, what follows them does not.
        FakeDecoder decoder = decoder(Script.endless(), 0.5);
        EngineTestCase.Answer answer =
                run(decoder, 16, request("abcabcabc").tokensMax(600).build()).getFirst();
        assertThat(answer.text()).hasSize(600);
        assertThat(answer.statistics().draftedTokens()).isLessThan(100);
    }

    @Test
    void everyKindOfRequestGivesTheSameAnswerWithAndWithout() throws InterruptedException {
        SamplingSettings warm = new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.05f, 0.1f, 0.2f, 7);
        Script script = Script.answer("?", TEXT.repeat(2) + "And so it ends.");
        GenerationRequest[] requests = {
            request(TEXT + "?").tokensMax(300).build(),
            request(TEXT + "1?").tokensMax(77).build(),
            request(TEXT + "2?")
                    .tokensMax(300)
                    .stops("lazy dog near the old bridge at noon. And")
                    .build(),
            request(TEXT + "3?").tokensMax(300).topLogprobs(2).build(),
            request(TEXT + "4?").tokensMax(120).sampling(warm).build(),
            request(TEXT.repeat(13) + "5?").tokensMax(300).shift(4).build(),
            request(TEXT.repeat(13) + "6?").tokensMax(300).build(),
            request(TEXT + "7?").tokensMax(300).constraint(LowerCase::new).build(),
        };
        List<EngineTestCase.Answer> without = run(decoder(script, 0.05), 0, requests);
        List<EngineTestCase.Answer> with = run(decoder(script, 0.05), 16, requests);
        for (int i = 0; i < requests.length; i++) {
            assertThat(with.get(i).text())
                    .as("request %d", i)
                    .isEqualTo(without.get(i).text());
            assertThat(with.get(i).reason()).isEqualTo(without.get(i).reason());
            assertThat(with.get(i).statistics().generatedTokens())
                    .isEqualTo(without.get(i).statistics().generatedTokens());
            assertThat(with.get(i).logprobs()).hasSameSizeAs(without.get(i).logprobs());
        }
        assertThat(with.stream()
                        .mapToInt(answer -> answer.statistics().acceptedTokens())
                        .sum())
                .isGreaterThan(300);
    }

    /** Everything but capital letters, so that scripted text bends. */
    private static final class LowerCase implements TokenConstraint {
        @Override
        public boolean allows(int token) {
            return token < 'A' || token > 'Z';
        }

        @Override
        public void mask(float[] logits) {
            Arrays.fill(logits, 'A', 'Z' + 1, Float.NEGATIVE_INFINITY);
        }

        @Override
        public void accept(int token) {
            assertThat(allows(token)).isTrue();
        }

        @Override
        public void close() {}
    }

    @Test
    void theNextTurnReusesExactlyWhatWasWritten() throws InterruptedException {
        FakeDecoder decoder = decoder(Script.answer("?", TEXT.repeat(2)), 0.05);
        try (BatchingEngine engine =
                EngineTestCase.engine(decoder, new EngineLimits(2, 4, CONTEXT, 0), steps(16), clock)) {
            EngineTestCase.Answer one =
                    read(engine.submit(request(TEXT + "?").tokensMax(500).build()));
            EngineTestCase.Answer two = read(engine.submit(
                    request(TEXT + "?" + one.text() + "more?").tokensMax(5).build()));
            assertThat(two.statistics().reusedTokens()).isEqualTo(3 * TEXT.length() + 1);
            assertThat(two.text()).isEqualTo(TEXT.substring(0, 5));
        }
    }

    @Test
    void aModelThatCannotCutIsNeverGuessedFor() throws InterruptedException {
        FakeDecoder decoder = decoder(Script.answer("?", TEXT.repeat(3)), 0.05);
        decoder.canCut = false;
        EngineTestCase.Answer answer = run(decoder, 16, copy()).getFirst();
        assertThat(answer.text()).isEqualTo(TEXT.repeat(3));
        assertThat(answer.statistics().draftedTokens()).isZero();
    }

    @Test
    void aChoiceThatIsNotClearIsMadeFromALoneRow() throws InterruptedException {
        FakeDecoder decoder = decoder(Script.answer("?", TEXT.repeat(3)), 0.05);
        decoder.loneRowsDiffer = true;
        // The script's token leads by 6 less the noise of at most 4: never less than 1, so nothing is unclear.
        EngineTestCase.Answer clear = run(decoder, 16, copy()).getFirst();
        FakeDecoder flat = decoder(Script.answer("?", TEXT.repeat(3)), 0.05);
        flat.loneRowsDiffer = true;
        flat.lead = 4.2f;
        EngineTestCase.Answer unclear = run(flat, 16, copy()).getFirst();
        FakeDecoder never = decoder(Script.answer("?", TEXT.repeat(3)), 0.05);
        never.lead = 4.2f;
        EngineTestCase.Answer expected = run(never, 0, copy()).getFirst();
        assertThat(clear.text()).isEqualTo(TEXT.repeat(3));
        assertThat(unclear.text()).isEqualTo(expected.text());
        assertThat(unclear.statistics().generatedTokens())
                .isEqualTo(expected.statistics().generatedTokens());
        assertThat(flat.steps.size()).isGreaterThan(decoder.steps.size());
    }

    /** With drafts from any source a token is drawn from its own row, so the share of each follows its probability. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void sampledTokensFollowTheModelsDistributionWithAndWithout(int draftTokensMax) throws InterruptedException {
        int[] counts = new int[4];
        int draws = 0;
        for (int seed = 0; seed < 40; seed++) {
            FakeDecoder decoder = decoder(visible -> 'a', 0.01);
            decoder.noise = 0;
            decoder.lead = 1;
            decoder.alphabet = 4;
            SamplingSettings sampling = new SamplingSettings(1, 0, 1, 0, 1, 0, 1, 0, 0, seed);
            EngineTestCase.Answer answer = run(
                            decoder,
                            draftTokensMax,
                            request("abababab")
                                    .tokensMax(500)
                                    .sampling(sampling)
                                    .build())
                    .getFirst();
            assertThat(answer.statistics().acceptedTokens() > 0).isEqualTo(draftTokensMax > 0);
            for (char letter : answer.text().toCharArray()) {
                counts[letter - 'a']++;
                draws++;
            }
        }
        double sum = Math.E + 3;
        double chiSquare = 0;
        for (int i = 0; i < 4; i++) {
            double expected = draws * (i == 0 ? Math.E : 1) / sum;
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        // 3 degrees of freedom: 16.3 is exceeded once in a thousand tries; seeds are fixed.
        assertThat(chiSquare).isLessThan(16.3);
    }
}
