package dev.llamero.inference.engine;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses one generation's next tokens from logits, in llama.cpp's order: penalties, top_k, typical_p, top_p, min_p,
 * temperature, draw. One per generation; used on the engine's thread.
 *
 * <p>Random numbers come from SplitMix64 (Steele et al. 2014), so that a seed gives the same choices on every JDK.
 */
final class Sampler {
    /** What {@link #chooseClear} gives if two tokens are too close to each other. */
    static final int UNCLEAR = -2;

    private final SamplingSettings settings;
    private final Penalties penalties;
    private long randomState;

    Sampler(SamplingSettings settings, int vocabulary, int contextTokens) {
        this.settings = settings;
        this.penalties = Penalties.of(settings, vocabulary, contextTokens);
        this.randomState = settings.seed() >= 0
                ? settings.seed()
                : ThreadLocalRandom.current().nextLong();
    }

    /** Tells a token of the prompt or a chosen one, for the penalties' window. */
    void accept(int token) {
        if (penalties != null) {
            penalties.accept(token);
        }
    }

    /** Whether {@link #accept} does anything. */
    boolean remembers() {
        return penalties != null;
    }

    /**
     * Chooses a token.
     *
     * @param logits changed by penalties and mask
     * @param constraint what is allowed; null for everything
     * @return the token, or -1 if the constraint allows none
     */
    int choose(float[] logits, int vocabulary, Candidates candidates, TokenConstraint constraint) {
        if (penalties != null) {
            penalties.apply(logits);
        }
        int token = pick(logits, vocabulary, candidates);
        if (constraint != null && (token < 0 || !constraint.allows(token))) {
            constraint.mask(logits);
            token = pick(logits, vocabulary, candidates);
        }
        return token;
    }

    /** Whether the likeliest token is taken, without chance. */
    boolean greedy() {
        return settings.temperature() <= 0;
    }

    /**
     * As {@link #choose} of a greedy generation, but only if the likeliest token leads by a margin.
     *
     * @return {@link #UNCLEAR} if it does not; then this call has changed nothing but the logits
     */
    int chooseClear(float[] logits, int vocabulary, Candidates candidates, TokenConstraint constraint, float margin) {
        int token = choose(logits, vocabulary, candidates, constraint);
        candidates.fillTop(logits, vocabulary, 2);
        boolean unclear = candidates.size() == 2 && candidates.logit(0) - candidates.logit(1) < margin;
        return unclear ? UNCLEAR : token;
    }

    private int pick(float[] logits, int vocabulary, Candidates candidates) {
        boolean greedy = settings.temperature() <= 0;
        if (greedy && settings.typicalP() >= 1) {
            return argmax(logits, vocabulary);
        }
        int k = settings.topK();
        if (k > 0 && k < vocabulary) {
            candidates.fillTop(logits, vocabulary, k);
        } else {
            candidates.fill(logits, vocabulary);
        }
        candidates.typical(settings.typicalP());
        candidates.topP(settings.topP());
        candidates.minP(settings.minP());
        if (candidates.size() == 0) {
            return argmax(logits, vocabulary);
        }
        int index;
        if (greedy) {
            index = candidates.best();
        } else {
            candidates.temperature(settings.temperature());
            index = candidates.draw(nextUniform());
        }
        return candidates.logit(index) == Float.NEGATIVE_INFINITY ? -1 : candidates.id(index);
    }

    /** The largest logit's token, the lowest id among equals; -1 if no logit is above negative infinity. */
    static int argmax(float[] logits, int vocabulary) {
        int best = -1;
        int at = Candidates.nextAtLeast(logits, 0, vocabulary, -Float.MAX_VALUE);
        while (at < vocabulary) {
            best = at;
            at = Candidates.nextAtLeast(logits, at + 1, vocabulary, Math.nextUp(logits[at]));
        }
        return best;
    }

    private double nextUniform() {
        randomState += 0x9E3779B97F4A7C15L;
        long mixed = randomState;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
