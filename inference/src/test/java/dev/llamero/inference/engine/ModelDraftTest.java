package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small model guesses ahead for a large one: fewer steps of the large one, the same answers. */
@Timeout(60)
class ModelDraftTest {
    private static final int CONTEXT = 1024;
    private static final Script LETTERS = Script.endless();

    private final FakeClock clock = new FakeClock();

    private FakeDecoder decoder(Script script, int stepMicros) {
        FakeDecoder decoder = new FakeDecoder(4 * CONTEXT, 8, 64, script);
        decoder.beforeStep = batch -> {
            clock.pass((long) (1_000L * stepMicros * (1 + 0.02 * (batch.size() - 1))));
            return null;
        };
        return decoder;
    }

    /** Says what the large one says, but for one token in so many. */
    private static Script nearly(int oneIn) {
        return visible ->
                Math.floorMod(Arrays.hashCode(visible) * 0x85EBCA6B >>> 9, oneIn) == 0 ? 'Z' : LETTERS.next(visible);
    }

    private List<EngineTestCase.Answer> run(
            FakeDecoder large, FakeDecoder small, int parallel, GenerationRequest... requests)
            throws InterruptedException {
        StepSettings steps = EngineTestCase.STEPS.withDraftTokensMax(16).withRowShare(0.02);
        try (BatchingEngine engine = EngineTestCase.engine(
                large, Optional.ofNullable(small), new EngineLimits(parallel, 16, CONTEXT, 0), steps, clock)) {
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

    @Test
    void aSmallModelThatIsMostlyRightSavesSteps() throws InterruptedException {
        FakeDecoder large = decoder(LETTERS, 1000);
        EngineTestCase.Answer answer = run(
                        large,
                        decoder(nearly(10), 20),
                        1,
                        request("One question?").tokensMax(400).build())
                .getFirst();
        EngineTestCase.Answer alone = run(
                        decoder(LETTERS, 1000),
                        null,
                        1,
                        request("One question?").tokensMax(400).build())
                .getFirst();
        assertThat(answer.text()).isEqualTo(alone.text()).hasSize(400);
        assertThat(large.steps.size()).isLessThan(200);
        assertThat(answer.statistics().acceptedTokens()).isGreaterThan(200);
    }

    @Test
    void aSmallModelThatIsNeverRightIsHardlyAsked() throws InterruptedException {
        FakeDecoder small = decoder(visible -> 'Z', 200);
        FakeDecoder large = decoder(LETTERS, 1000);
        EngineTestCase.Answer answer =
                run(large, small, 1, request("?").tokensMax(600).build()).getFirst();
        assertThat(answer.text()).hasSize(600);
        assertThat(small.steps.size()).isLessThan(120);
    }

    @Test
    void aSmallModelAsSlowAsTheLargeOneIsHardlyAsked() throws InterruptedException {
        FakeDecoder small = decoder(LETTERS, 2000);
        run(decoder(LETTERS, 1000), small, 1, request("?").tokensMax(600).build());
        assertThat(small.steps.size()).isLessThan(120);
    }

    @Test
    void everyKindOfRequestGivesTheSameAnswerWithAndWithout() throws InterruptedException {
        SamplingSettings warm = new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.05f, 0.1f, 0.2f, 7);
        GenerationRequest[] requests = {
            request("First?").tokensMax(200).build(),
            request("Second, which is warm?").tokensMax(200).sampling(warm).build(),
            request("Third " + "and long ".repeat(30) + "?")
                    .tokensMax(150)
                    .topLogprobs(2)
                    .build(),
            request("x".repeat(CONTEXT - 40) + "?").tokensMax(200).shift(4).build(),
            request("Fifth waits?").tokensMax(60).build(),
        };
        List<EngineTestCase.Answer> without = run(decoder(LETTERS, 1000), null, 4, requests);
        FakeDecoder small = decoder(nearly(5), 20);
        List<EngineTestCase.Answer> with = run(decoder(LETTERS, 1000), small, 4, requests);
        for (int i = 0; i < requests.length; i++) {
            assertThat(with.get(i).text())
                    .as("request %d", i)
                    .isEqualTo(without.get(i).text());
            assertThat(with.get(i).reason()).isEqualTo(without.get(i).reason());
        }
        assertThat(with.stream()
                        .mapToInt(each -> each.statistics().acceptedTokens())
                        .sum())
                .isPositive();
        assertThat(small.steps).isNotEmpty();
    }

    /** Steps of a small model take little of the large one's time. */
    private FakeDecoder quick(FakeDecoder small) {
        small.beforeStep = batch -> {
            clock.pass(20_000);
            return null;
        };
        return small;
    }

    @Test
    void aSmallModelWithoutRoomOnlyCostsSpeed() throws InterruptedException {
        FakeDecoder small = quick(new FakeDecoder(64, 2, 64, LETTERS));
        EngineTestCase.Answer answer = run(
                        decoder(LETTERS, 1000),
                        small,
                        1,
                        request("y".repeat(40) + "?").tokensMax(200).build())
                .getFirst();
        assertThat(answer.text()).hasSize(200);
    }

    @Test
    void aSmallModelOfAShorterContextGuessesUntilItEnds() throws InterruptedException {
        FakeDecoder small = quick(new FakeDecoder(128, 1, 64, LETTERS));
        EngineTestCase.Answer answer = run(
                        decoder(LETTERS, 1000),
                        small,
                        1,
                        request("y".repeat(40) + "?").tokensMax(300).build())
                .getFirst();
        EngineTestCase.Answer alone = run(
                        decoder(LETTERS, 1000),
                        null,
                        1,
                        request("y".repeat(40) + "?").tokensMax(300).build())
                .getFirst();
        assertThat(answer.text()).hasSize(300).isEqualTo(alone.text());
        assertThat(answer.statistics().acceptedTokens()).isBetween(20, 128);
    }

    /** The small model's guess is a point, so the share of each token follows the large model's probability alone. */
    @Test
    void sampledTokensFollowTheLargeModelsDistribution() throws InterruptedException {
        int[] counts = new int[4];
        int draws = 0;
        int accepted = 0;
        for (int seed = 0; seed < 40; seed++) {
            FakeDecoder large = decoder(visible -> 'a', 1000);
            large.noise = 0;
            large.lead = 1;
            large.alphabet = 4;
            SamplingSettings sampling = new SamplingSettings(1, 0, 1, 0, 1, 0, 1, 0, 0, seed);
            EngineTestCase.Answer answer = run(
                            large,
                            decoder(visible -> 'a' + visible.length % 2, 20),
                            1,
                            request("?").tokensMax(500).sampling(sampling).build())
                    .getFirst();
            accepted += answer.statistics().acceptedTokens();
            for (char letter : answer.text().toCharArray()) {
                counts[letter - 'a']++;
                draws++;
            }
        }
        assertThat(accepted).isPositive();
        double sum = Math.E + 3;
        double chiSquare = 0;
        for (int i = 0; i < 4; i++) {
            double expected = draws * (i == 0 ? Math.E : 1) / sum;
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        // 3 degrees of freedom: 16.3 is exceeded once in a thousand tries; seeds are fixed.
        assertThat(chiSquare).isLessThan(16.3);
    }

    @Test
    void anotherVocabularyIsRefused() {
        FakeDecoder large = decoder(LETTERS, 1);
        FakeDecoder small = decoder(LETTERS, 1);
        small.vocabulary = ToyTokenizer.VOCABULARY - 1;
        assertThatThrownBy(() -> EngineTestCase.engine(
                        large, Optional.of(small), new EngineLimits(1, 1, CONTEXT, 0), EngineTestCase.STEPS, clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot guess for");
    }
}
