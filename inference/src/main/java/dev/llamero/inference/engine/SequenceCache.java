package dev.llamero.inference.engine;

import java.util.Arrays;

/**
 * Which tokens lie in the KV cache under which sequence id, and who may reuse them. The only caller of {@link
 * Decoder}'s sequence edits. Engine's thread only.
 *
 * <p>A request takes the longest common prefix from any sequence with the same salt. From a running one it shares
 * cells; an idle one it extends in place when little of it would be lost, otherwise it shares the prefix too, so that
 * the old conversation stays. Tokens are compared, never hashes. Idle sequences go least recently used first.
 */
final class SequenceCache {
    /** An idle sequence is extended in place if at most this many tokens, or a tenth of it, would be lost. */
    private static final int TAIL_LOST_MAX = 32;

    private final Decoder decoder;
    private final CachedSequence[] sequences;
    private final CellLedger ledger;
    private final boolean[] marks;
    private long clock;

    SequenceCache(Decoder decoder) {
        this.decoder = decoder;
        this.ledger = new CellLedger(decoder.contextTokens());
        this.marks = new boolean[decoder.contextTokens()];
        this.sequences = new CachedSequence[decoder.sequencesMax()];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = new CachedSequence(i);
        }
    }

    /** The longest reusable prefix of these tokens, in tokens; at least one token is always left to evaluate. */
    int reusable(TokenList tokens, String salt) {
        CachedSequence best = best(tokens, salt);
        return best == null ? 0 : common(best, tokens);
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

    /** Gives a sequence that already holds the longest cached prefix of these tokens. */
    CachedSequence acquire(TokenList tokens, String salt) {
        CachedSequence best = best(tokens, salt);
        int prefix = best == null ? 0 : common(best, tokens);
        CachedSequence taken;
        if (prefix > 0 && best.use == CachedSequence.Use.IDLE && extendsInPlace(best, prefix)) {
            taken = best;
        } else {
            taken = fresh(prefix > 0 ? best : null);
            if (taken != best && prefix > 0) {
                share(best, taken, prefix);
            }
        }
        taken.use = CachedSequence.Use.RUNNING;
        taken.salt = salt;
        taken.lastUsed = ++clock;
        truncate(taken, prefix);
        return taken;
    }

    private static boolean extendsInPlace(CachedSequence sequence, int prefix) {
        return sequence.size() - prefix <= Math.max(TAIL_LOST_MAX, sequence.size() / 10);
    }

    private CachedSequence best(TokenList tokens, String salt) {
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

    private static int common(CachedSequence sequence, TokenList tokens) {
        return Math.min(sequence.tokens.commonPrefix(tokens), tokens.size() - 1);
    }

    /**
     * An empty sequence: a free id, or the least recently used idle one; {@code source} only if nothing else is left.
     */
    private CachedSequence fresh(CachedSequence source) {
        CachedSequence victim = null;
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.FREE) {
                return sequence;
            }
            if (sequence.use == CachedSequence.Use.IDLE && sequence != source) {
                victim = older(victim, sequence);
            }
        }
        if (victim != null) {
            clear(victim);
            return victim;
        }
        if (source == null || source.use != CachedSequence.Use.IDLE) {
            throw new IllegalStateException("all " + sequences.length + " sequences run");
        }
        return source;
    }

    private static CachedSequence older(CachedSequence one, CachedSequence other) {
        return one == null || other.lastUsed < one.lastUsed ? other : one;
    }

    private void share(CachedSequence source, CachedSequence target, int prefix) {
        decoder.copy(source.id, target.id, 0, prefix);
        for (int i = 0; i < prefix; i++) {
            int cell = source.cells.get(i);
            ledger.share(cell);
            target.cells.add(cell);
            target.tokens.add(source.tokens.get(i));
        }
        // A memory that cannot cut (recurrent) copies its whole state, longer than the prefix: then nothing is reused.
        if (prefix < source.size() && !decoder.remove(target.id, prefix, -1)) {
            clear(target);
        }
    }

    /** Records that the decoder evaluated a token at the sequence's next position. */
    void append(CachedSequence sequence, int token) {
        sequence.cells.add(ledger.take());
        sequence.tokens.add(token);
    }

    /** Removes what a failed or aborted step may have left behind the recorded tokens. */
    void dropUnrecorded(CachedSequence sequence) {
        if (!decoder.remove(sequence.id, sequence.size(), -1)) {
            clear(sequence);
        }
    }

    /** Keeps the first tokens of a sequence; a memory that cannot cut loses all of them. */
    void truncate(CachedSequence sequence, int size) {
        if (size >= sequence.size()) {
            return;
        }
        if (size == 0 || !decoder.remove(sequence.id, size, -1)) {
            clear(sequence);
            return;
        }
        dropCells(sequence, size, sequence.size());
        sequence.tokens.truncate(size);
        sequence.cells.truncate(size);
    }

    /** Ends a sequence's run; its cells stay for the conversation's next turn. */
    void release(CachedSequence sequence) {
        sequence.lastUsed = ++clock;
        sequence.use = sequence.size() == 0 ? CachedSequence.Use.FREE : CachedSequence.Use.IDLE;
    }

    /**
     * Drops positions {@code keep} to {@code keep + discard} and moves the rest down, for a context shift.
     *
     * <p>A cell has one position for all that share it. Idle sharers of moved cells lose them first. A running sharer
     * must not: then the tail is dropped instead, and the caller evaluates it again at its new positions.
     */
    void shift(CachedSequence sequence, int keep, int discard) {
        int moved = keep + discard;
        trimIdleSharers(sequence, moved);
        boolean sharedTail = false;
        for (int i = moved; i < sequence.size() && !sharedTail; i++) {
            sharedTail = ledger.shared(sequence.cells.get(i));
        }
        if (sharedTail || !decoder.remove(sequence.id, keep, moved)) {
            truncate(sequence, keep);
            return;
        }
        decoder.shift(sequence.id, moved, sequence.size(), -discard);
        dropCells(sequence, keep, moved);
        sequence.tokens.removeRange(keep, moved);
        sequence.cells.removeRange(keep, moved);
    }

    private void trimIdleSharers(CachedSequence sequence, int from) {
        for (CachedSequence other : sequences) {
            boolean shares = other.use == CachedSequence.Use.IDLE
                    && other.size() > from
                    && sequence.size() > from
                    && other.cells.get(from) == sequence.cells.get(from);
            if (shares) {
                truncate(other, from);
            }
        }
    }

    /** Empties the least recently used idle sequence. False if none is idle. */
    boolean evictOne() {
        CachedSequence victim = null;
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.IDLE) {
                victim = older(victim, sequence);
            }
        }
        if (victim == null) {
            return false;
        }
        clear(victim);
        return true;
    }

    /** Empties every sequence, after a failure whose effect on the cache is unknown. */
    void clearAll() {
        for (CachedSequence sequence : sequences) {
            clear(sequence);
        }
    }

    private void clear(CachedSequence sequence) {
        decoder.remove(sequence.id, 0, -1);
        dropCells(sequence, 0, sequence.size());
        sequence.tokens.truncate(0);
        sequence.cells.truncate(0);
        if (sequence.use == CachedSequence.Use.IDLE) {
            sequence.use = CachedSequence.Use.FREE;
        }
    }

    private void dropCells(CachedSequence sequence, int from, int to) {
        for (int i = from; i < to; i++) {
            ledger.drop(sequence.cells.get(i));
        }
    }

    int freeCells() {
        return ledger.freeCells();
    }

    /** Cells that no running sequence holds: free, or freed by evicting what is idle. */
    int cellsNotRunning() {
        Arrays.fill(marks, false);
        int running = 0;
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.RUNNING) {
                for (int i = 0; i < sequence.size(); i++) {
                    int cell = sequence.cells.get(i);
                    running += marks[cell] ? 0 : 1;
                    marks[cell] = true;
                }
            }
        }
        return ledger.cells() - running;
    }
}
