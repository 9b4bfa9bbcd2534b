package dev.llamero.inference.engine;

/**
 * Finds which of a cache's sequences begins as a prompt does. Tokens are compared, never hashes, and only under the
 * same salt. Engine's thread only.
 */
final class PrefixSearch {
    private final CachedSequence[] sequences;

    PrefixSearch(CachedSequence[] sequences) {
        this.sequences = sequences;
    }

    /** The sequence with the longest common prefix, running or idle; null if none has one. */
    CachedSequence best(TokenList tokens, String salt) {
        CachedSequence best = null;
        int longest = 0;
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.FREE || !sequence.salt.equals(salt)) {
                continue;
            }
            int common = common(sequence, tokens);
            if (common > longest || (common == longest && common > 0 && betterSource(sequence, best))) {
                best = sequence;
                longest = common;
            }
        }
        return best;
    }

    /** Among equal prefixes the sequence with the least to lose: idle before running, short before long. */
    private static boolean betterSource(CachedSequence one, CachedSequence other) {
        boolean oneIdle = one.use == CachedSequence.Use.IDLE;
        boolean otherIdle = other.use == CachedSequence.Use.IDLE;
        return oneIdle == otherIdle ? one.size() < other.size() : oneIdle;
    }

    /** How many tokens of a prompt a sequence saves; 0 for none, and one token is always left to evaluate. */
    static int common(CachedSequence sequence, TokenList tokens) {
        return sequence == null ? 0 : Math.min(sequence.tokens.commonPrefix(tokens), tokens.size() - 1);
    }

    /** The longest prefix whose cells a running sequence holds. */
    int sharedWithRunning(TokenList tokens, String salt) {
        int longest = 0;
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.RUNNING && sequence.salt.equals(salt)) {
                longest = Math.max(longest, common(sequence, tokens));
            }
        }
        return longest;
    }

    /** Whether another sequence in the cache begins with all of this one's tokens. */
    boolean heldByAnother(CachedSequence sequence) {
        for (CachedSequence other : sequences) {
            boolean holds = other != sequence
                    && other.use != CachedSequence.Use.FREE
                    && other.salt.equals(sequence.salt)
                    && other.tokens.commonPrefix(sequence.tokens) == sequence.size();
            if (holds) {
                return true;
            }
        }
        return false;
    }
}
