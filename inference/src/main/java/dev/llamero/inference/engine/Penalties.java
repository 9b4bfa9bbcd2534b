package dev.llamero.inference.engine;

/**
 * Repetition, presence and frequency penalties over the last tokens of prompt and answer, as llama.cpp computes them.
 * One per generation; engine's thread only.
 */
final class Penalties {
    private final int[] window;
    private final int[] counts;
    private final float repeat;
    private final float presence;
    private final float frequency;
    private int filled;
    private int next;

    private Penalties(int windowTokens, int vocabulary, SamplingSettings settings) {
        window = new int[windowTokens];
        counts = new int[vocabulary];
        repeat = settings.repeatPenalty();
        presence = settings.presencePenalty();
        frequency = settings.frequencyPenalty();
    }

    /** Null if the settings penalize nothing. */
    static Penalties of(SamplingSettings settings, int vocabulary, int contextTokens) {
        int last = settings.repeatLastN();
        int windowTokens = last < 0 ? contextTokens : Math.min(last, contextTokens);
        boolean neutral =
                settings.repeatPenalty() == 1 && settings.presencePenalty() == 0 && settings.frequencyPenalty() == 0;
        return neutral || windowTokens == 0 ? null : new Penalties(windowTokens, vocabulary, settings);
    }

    void accept(int token) {
        if (filled == window.length) {
            counts[window[next]]--;
        } else {
            filled++;
        }
        window[next] = token;
        counts[token]++;
        next = next + 1 == window.length ? 0 : next + 1;
    }

    void apply(float[] logits) {
        for (int i = 0; i < filled; i++) {
            int token = window[i];
            int count = counts[token];
            if (count > 0) {
                float logit = logits[token];
                logit = logit <= 0 ? logit * repeat : logit / repeat;
                logits[token] = logit - (count * frequency + presence);
                counts[token] = -count; // Applied: a token that occurs again in the window is penalized once.
            }
        }
        for (int i = 0; i < filled; i++) {
            counts[window[i]] = Math.abs(counts[window[i]]);
        }
    }
}
