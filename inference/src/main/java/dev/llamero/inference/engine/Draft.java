package dev.llamero.inference.engine;

/**
 * One answer's guesses at its next tokens, and how far they can be trusted. Engine's thread only.
 *
 * <p>A guess is what followed the last occurrence of the latest tokens, in prompt or answer. How often such a guess
 * holds is counted per length of the match, also for guesses that were not evaluated: the sampled token tells anyway.
 * Counts fade, so that trust follows the text.
 */
final class Draft {
    /** Matches are told apart by length: 2, 3, 4 to 7, 8 and more tokens. */
    private static final int KINDS = 4;

    private static final int LONG_MATCH = 8;

    /** Expected before anything was counted, and what that is worth in observations. */
    private static final double[] PRIOR = {0.35, 0.5, 0.7, 0.9};

    private static final double PRIOR_WEIGHT = 4;
    private static final double FADES = 0.9;

    private final int[] tokens;
    private final TokenIndex index = new TokenIndex();
    private final double[] held = new double[KINDS];
    private final double[] seen = new double[KINDS];
    private int size;
    private int kind;
    private int rows;

    /** While a step is planned: the chance that the guesses taken so far all hold. */
    private double reach;

    Draft(int tokensMax) {
        tokens = new int[tokensMax];
    }

    /** Guesses what follows these tokens, as far as is known and at most {@code limit} tokens. Takes no rows yet. */
    void propose(TokenList text, int limit) {
        size = 0;
        rows = 0;
        reach = 1;
        if (tokens.length == 0) {
            return;
        }
        int from = index.find(text);
        if (from < 0) {
            return;
        }
        kind = kind(index.matched());
        int most = Math.min(limit, tokens.length);
        while (size < most) {
            // A guess that reaches the end of the text goes on with the guess itself: a short text that repeats.
            int at = from + size;
            tokens[size] = at < text.size() ? text.get(at) : tokens[at - text.size()];
            size++;
        }
    }

    private static int kind(int matched) {
        if (matched >= LONG_MATCH) {
            return KINDS - 1;
        }
        return Math.min(matched, TokenIndex.RUN_MAX) - TokenIndex.RUN_MIN;
    }

    /** Forgets where tokens stood, after some were taken out of the text. */
    void shifted() {
        index.reset();
        none();
    }

    /** No guesses for this step. */
    void none() {
        size = 0;
        rows = 0;
    }

    /** The chance that all guesses taken so far and one more hold; 0 if there is none more. */
    double nextReach() {
        return rows < size ? reach * trust() : 0;
    }

    /** The next guess gets a row. */
    void take() {
        reach = nextReach();
        rows++;
    }

    /** Only the first so many guesses keep their rows. */
    void cut(int count) {
        rows = Math.min(rows, count);
    }

    /** How many guesses are evaluated in this step. */
    int rows() {
        return rows;
    }

    int token(int i) {
        return tokens[i];
    }

    /** The chance that a guess holds if those before it did. */
    double trust() {
        return (held[kind] + PRIOR_WEIGHT * PRIOR[kind]) / (seen[kind] + PRIOR_WEIGHT);
    }

    /** Learns that a guess was of no use. */
    void failed() {
        if (size > 0) {
            count(false);
        }
    }

    private void count(boolean holds) {
        held[kind] = held[kind] * FADES + (holds ? 1 : 0);
        seen[kind] = seen[kind] * FADES + 1;
    }

    /** Learns from the tokens that came, evaluated guesses or not. */
    void compare(TokenList text, int from) {
        int came = Math.min(size, text.size() - from);
        for (int i = 0; i < came; i++) {
            boolean holds = text.get(from + i) == tokens[i];
            count(holds);
            if (!holds) {
                return;
            }
        }
    }
}
