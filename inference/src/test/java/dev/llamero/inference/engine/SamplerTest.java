package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int VOCABULARY = 900;

    private final Candidates candidates = new Candidates();

    /** The generator that {@link Sampler} documents, from the standard library. */
    private static double uniform(long seed) {
        // java.util.SplittableRandom is SplitMix64; nextLong of a fresh one mixes seed + gamma as the sampler does.
        return (new java.util.SplittableRandom(seed).nextLong() >>> 11) * 0x1.0p-53;
    }

    private static float[] logits(Random random) {
        float[] logits = new float[VOCABULARY];
        float spread = 1 + random.nextInt(6);
        for (int i = 0; i < VOCABULARY; i++) {
            // Rounded, so that ties occur.
            logits[i] = Math.round(random.nextGaussian() * spread * 4) / 4f;
        }
        return logits;
    }

    private static SamplingSettings settings(Random random, long seed) {
        return new SamplingSettings(
                random.nextInt(6) == 0 ? 0 : random.nextFloat() * 2,
                new int[] {0, 1, 5, 40, 300, 5000}[random.nextInt(6)],
                new float[] {1, 0.9f, 0.5f, 0.99f, 0}[random.nextInt(5)],
                new float[] {0, 0.05f, 0.5f}[random.nextInt(3)],
                new float[] {1, 1, 0.9f, 0.3f}[random.nextInt(4)],
                new int[] {0, 1, 64, -1}[random.nextInt(4)],
                new float[] {1, 1.1f, 1.5f, 0.8f}[random.nextInt(4)],
                random.nextInt(2) * random.nextFloat(),
                random.nextInt(2) * random.nextFloat(),
                seed);
    }

    @Test
    void choosesExactlyWhatTheReferenceChooses() {
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            SamplingSettings settings = settings(random, seed);
            float[] logits = logits(random);
            Sampler sampler = new Sampler(settings, VOCABULARY, 200);
            List<Integer> history = new ArrayList<>();
            for (int i = random.nextInt(300); i > 0; i--) {
                history.add(random.nextInt(VOCABULARY / (1 + random.nextInt(20))));
            }
            history.forEach(sampler::accept);
            int window = settings.repeatLastN() < 0 ? 200 : settings.repeatLastN();
            List<Integer> last = history.subList(Math.max(0, history.size() - window), history.size());
            double uniform = uniform(seed);
            int expected = ReferenceSampler.choose(settings, logits, last, () -> uniform);
            assertThat(sampler.choose(logits.clone(), VOCABULARY, candidates, null))
                    .as("%s, seed %d", settings, seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void greedyTakesTheLowestIdAmongEqualLogits() {
        float[] logits = new float[VOCABULARY];
        logits[700] = 3;
        logits[70] = 3;
        logits[71] = 3;
        assertThat(new Sampler(SamplingSettings.GREEDY, VOCABULARY, 10).choose(logits, VOCABULARY, candidates, null))
                .isEqualTo(70);
    }

    @Test
    void aSeedRepeatsAndOtherSeedsDiffer() {
        assertThat(draws(5)).isEqualTo(draws(5)).isNotEqualTo(draws(6));
        assertThat(draws(-1)).isNotEqualTo(draws(-1));
    }

    private List<Integer> draws(long seed) {
        Sampler sampler = new Sampler(seeded(seed), VOCABULARY, 100);
        float[] logits = logits(new Random(3));
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            tokens.add(sampler.choose(logits.clone(), VOCABULARY, candidates, null));
        }
        return tokens;
    }

    private static SamplingSettings seeded(long seed) {
        return new SamplingSettings(1.3f, 0, 1, 0, 1, 0, 1, 0, 0, seed);
    }

    @Test
    void drawsFollowTheProbabilities() {
        float[] logits = {0, 1, 2, 3, 2.5f, -1, 0.5f, -2};
        int draws = 200_000;
        Sampler sampler = new Sampler(seeded(42), logits.length, 100);
        int[] counts = new int[logits.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.choose(logits.clone(), logits.length, candidates, null)]++;
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit / 1.3f);
        }
        double chiSquare = 0;
        for (int i = 0; i < logits.length; i++) {
            double expected = draws * Math.exp(logits[i] / 1.3f) / sum;
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        // 7 degrees of freedom: 24.3 is exceeded once in a thousand seeds.
        assertThat(chiSquare).isLessThan(24.3);
    }

    @Test
    void theWindowOfPenaltiesForgetsWhatLeavesIt() {
        SamplingSettings settings = new SamplingSettings(0, 40, 0.9f, 0, 1, 2, 2, 0, 0, -1);
        Sampler sampler = new Sampler(settings, 4, 100);
        float[] logits = {4, 3, 2.5f, 1};
        sampler.accept(0);
        assertThat(sampler.choose(logits.clone(), 4, candidates, null)).isEqualTo(1);
        sampler.accept(1);
        assertThat(sampler.choose(logits.clone(), 4, candidates, null)).isEqualTo(2);
        sampler.accept(3);
        assertThat(sampler.choose(logits.clone(), 4, candidates, null)).isEqualTo(0);
    }

    @Test
    void infiniteAndMissingLogitsAreNeverChosen() {
        float[] logits = new float[VOCABULARY];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[17] = Float.NaN;
        for (int topK : new int[] {0, 40}) {
            SamplingSettings settings = new SamplingSettings(1, topK, 0.9f, 0.1f, 1, 0, 1, 0, 0, 1);
            Sampler sampler = new Sampler(settings, VOCABULARY, 10);
            assertThat(sampler.choose(logits.clone(), VOCABULARY, candidates, null))
                    .isEqualTo(-1);
            float[] one = logits.clone();
            one[333] = -5;
            assertThat(sampler.choose(one, VOCABULARY, candidates, null)).isEqualTo(333);
        }
    }
}
