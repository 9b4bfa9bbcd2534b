package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Conversations whose cells lie in host memory, found by their tokens as those in the cache are. Bounded by bytes and
 * by count; the least recently used go first. Owns the memory. Engine's thread only.
 */
final class ParkedSequences {
    /** Bounds the search for a prefix: 1,000 entries of 30,000 tokens that share everything take about 5 ms. */
    static final int COUNT_MAX = 1_000;

    /** A conversation outside the cache. */
    static final class Parked {
        final TokenList tokens;
        final String salt;
        private final SavedSequence saved;

        /** Time of the cache's clock. */
        long lastUsed;

        private Parked(TokenList tokens, String salt, SavedSequence saved, long lastUsed) {
            this.tokens = tokens;
            this.salt = salt;
            this.saved = saved;
            this.lastUsed = lastUsed;
        }

        int size() {
            return tokens.size();
        }

        SavedSequence saved() {
            return saved;
        }
    }

    private final long bytesMax;
    private final List<Parked> entries = new ArrayList<>();
    private Parked pinned;
    private long bytes;

    ParkedSequences(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Frees memory until so many more bytes fit. False if they cannot; then nothing was freed. */
    boolean makeRoom(long more) {
        long kept = pinned == null ? 0 : pinned.saved.bytes();
        if (more > bytesMax - kept) {
            return false;
        }
        while (bytes + more > bytesMax || entries.size() >= COUNT_MAX) {
            drop(oldest());
        }
        return true;
    }

    private Parked oldest() {
        Parked oldest = null;
        for (Parked each : entries) {
            if (each != pinned && (oldest == null || each.lastUsed < oldest.lastUsed)) {
                oldest = each;
            }
        }
        return oldest;
    }

    /** Takes over a saved sequence, for which {@link #makeRoom} made room, and drops what it makes superfluous. */
    void add(TokenList tokens, String salt, SavedSequence saved, long lastUsed) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Parked each = entries.get(i);
            if (each != pinned && each.salt.equals(salt) && each.tokens.commonPrefix(tokens) == each.size()) {
                drop(each);
            }
        }
        entries.add(new Parked(tokens, salt, saved, lastUsed));
        bytes += saved.bytes();
    }

    /** Whether an entry holds all of these tokens, so that saving them again would gain nothing. */
    boolean covers(TokenList tokens, String salt, long lastUsed) {
        for (Parked each : entries) {
            if (each.salt.equals(salt) && each.tokens.commonPrefix(tokens) == tokens.size()) {
                each.lastUsed = Math.max(each.lastUsed, lastUsed);
                return true;
            }
        }
        return false;
    }

    /**
     * The entry with the longest prefix of these tokens, if restoring it is worth what it gains.
     *
     * @param have tokens that need no restoring
     */
    Parked best(TokenList tokens, String salt, int have) {
        Parked best = null;
        int longest = have;
        for (Parked each : entries) {
            if (!each.salt.equals(salt)) {
                continue;
            }
            int common = common(each, tokens);
            boolean shorter = best != null && common == longest && each.size() < best.size();
            if ((common > longest || shorter) && ParkingRule.worthRestoring(common - have, each.size())) {
                best = each;
                longest = common;
            }
        }
        return best;
    }

    /** How many tokens of a prompt an entry saves; one is always left to evaluate. */
    static int common(Parked parked, TokenList tokens) {
        return Math.min(parked.tokens.commonPrefix(tokens), tokens.size() - 1);
    }

    /** Keeps one entry from being dropped for room, until null is given. */
    void pin(Parked parked) {
        pinned = parked;
    }

    /** Removes an entry and frees its memory. */
    void drop(Parked parked) {
        if (entries.remove(parked)) {
            bytes -= parked.saved.bytes();
            parked.saved.close();
        }
    }

    void clear() {
        while (!entries.isEmpty()) {
            drop(entries.getLast());
        }
    }

    long bytes() {
        return bytes;
    }

    int count() {
        return entries.size();
    }
}
