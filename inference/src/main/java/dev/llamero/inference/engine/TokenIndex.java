package dev.llamero.inference.engine;

import java.util.Arrays;

/**
 * Where the last tokens of a text occurred before: the source of drafts that need no model. One per generation;
 * engine's thread only.
 *
 * <p>For runs of 2, 3 and 4 tokens a table maps the run's hash to the position behind its latest occurrence. A table
 * has one place per hash, the newest stays, and what it names is compared with the tokens themselves. Each token is
 * entered once, so a text costs constant time per token.
 */
final class TokenIndex {
    static final int RUN_MIN = 2;
    static final int RUN_MAX = 4;

    /** A match is measured backwards up to here; longer ones count the same. */
    static final int MATCH_MAX = 16;

    private static final int PLACES_MIN = 1 << 10;
    private static final int PLACES_MAX = 1 << 16;

    private final int[][] places = new int[RUN_MAX + 1][];
    private int entered;
    private int matched;

    /** Starts over, after tokens were taken out of the text. */
    void reset() {
        entered = 0;
        for (int run = RUN_MIN; run <= RUN_MAX && places[run] != null; run++) {
            Arrays.fill(places[run], 0);
        }
    }

    /**
     * The position behind the latest earlier occurrence of the text's last tokens, longest run first; -1 for none.
     *
     * <p>{@link #matched()} then tells how many tokens before it are equal.
     */
    int find(TokenList tokens) {
        enter(tokens);
        matched = 0;
        int size = tokens.size();
        for (int run = Math.min(RUN_MAX, size - 1); run >= RUN_MIN; run--) {
            int behind = places[run][place(tokens, size, run)];
            int equal = behind == 0 ? 0 : equalBefore(tokens, behind, size);
            if (equal >= run) {
                matched = equal;
                return behind;
            }
        }
        return -1;
    }

    /** How many tokens of the last match are equal, at most {@link #MATCH_MAX}. */
    int matched() {
        return matched;
    }

    /** Enters every run that has a token behind it. */
    private void enter(TokenList tokens) {
        grow(tokens.size());
        for (int behind = Math.max(entered, RUN_MIN); behind < tokens.size(); behind++) {
            for (int run = RUN_MIN; run <= Math.min(RUN_MAX, behind); run++) {
                places[run][place(tokens, behind, run)] = behind;
            }
        }
        entered = tokens.size();
    }

    private void grow(int tokens) {
        int wanted = Math.clamp(2L * Integer.highestOneBit(Math.max(1, tokens)), PLACES_MIN, PLACES_MAX);
        if (places[RUN_MIN] != null && places[RUN_MIN].length >= wanted) {
            return;
        }
        for (int run = RUN_MIN; run <= RUN_MAX; run++) {
            places[run] = new int[wanted];
        }
        entered = 0;
    }

    private int place(TokenList tokens, int end, int run) {
        int hash = run;
        for (int i = end - run; i < end; i++) {
            hash = (hash ^ tokens.get(i)) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        return hash & (places[run].length - 1);
    }

    private static int equalBefore(TokenList tokens, int one, int other) {
        int equal = 0;
        while (equal < MATCH_MAX && equal < one && tokens.get(one - 1 - equal) == tokens.get(other - 1 - equal)) {
            equal++;
        }
        return equal;
    }
}
