package dev.llamero.inference.engine;

/**
 * One answer's guesses at its next tokens, and how far they can be trusted. Engine's thread only.
 *
 * <p>A guess is what followed the last occurrence of the latest tokens, in prompt or answer; if there is none, it may
 * be a small model's ({@link ModelDraft}). How often such a guess holds is counted per length of the match, also for
 * guesses that were not evaluated: the sampled token tells anyway. Counts fade, so that trust follows the text.
 */
final class Draft {
    /** Matches are told apart by length: 2, 3, 4 to 7, 8 and more tokens; a model's guesses are a kind of their own. */
    private static final int KINDS = 5;

    private static final int MODEL = KINDS - 1;
    private static final int LONG = KINDS - 2;

    private static final int LONG_MATCH = 8;

    /** Expected before anything was counted, and what that is worth in observations. */
    private static final double[] PRIOR = {0.35, 0.5, 0.7, 0.9, 0.7};

    private static final double PRIOR_WEIGHT = 4;
    private static final double FADES = 0.9;

    private final int[] tokens;
    private final TokenIndex index = new TokenIndex();
    private final double[] held = new double[KINDS];
    private final double[] seen = new double[KINDS];
    private int size;
    private int kind;
    private int rows;

    /** How many of a model's latest guesses held in a row. */
    private int modelRun;

    /** While a step is planned: the chance that the guesses taken so far all hold. */
    private double reach;

    /** The small model's sequence that follows this text, as {@link ModelDraft} notes it; -1 for none. */
    int sequence = -1;

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

    /** Takes a model's next guess, behind those that it gave before. */
    void offer(int token) {
        kind = MODEL;
        tokens[size++] = token;
    }

    boolean isEmpty() {
        return size == 0;
    }

    private static int kind(int matched) {
        if (matched >= LONG_MATCH) {
            return LONG;
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
        return trust(kind);
    }

    /** The same of a model's guesses. */
    double modelTrust() {
        return trust(MODEL);
    }

    /** Most guesses that a model should be asked for: lengths grow as guesses hold. */
    int modelLimit() {
        return Math.min(tokens.length, 2 * modelRun + 2);
    }

    private double trust(int of) {
        return (held[of] + PRIOR_WEIGHT * PRIOR[of]) / (seen[of] + PRIOR_WEIGHT);
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
        int run = 0;
        while (run < came && text.get(from + run) == tokens[run]) {
            count(true);
            run++;
        }
        if (run < came) {
            count(false);
        }
        if (kind == MODEL && size > 0) {
            modelRun = run;
        }
    }
}
