package dev.llamero.inference.engine;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Which tokens lie in the KV cache under which sequence id, and who may reuse them. The only caller of {@link
 * Decoder}'s sequence edits. Engine's thread only.
 *
 * <p>A request takes the longest common prefix from any sequence with the same salt. From a running one it shares
 * cells; an idle one it extends in place when little of it would be lost, otherwise it shares the prefix too, so that
 * the old conversation stays. Tokens are compared, never hashes. Idle sequences go least recently used first.
 *
 * <p>Idle cells slow every step down, so idle sequences move to host memory ({@link Parking}) when that pays, and come
 * back when a request's prefix is longest there. New sequences take the lowest free cells, so room made low counts.
 */
final class SequenceCache {
    /** An idle sequence is extended in place if at most this many tokens, or a tenth of it, would be lost. */
    private static final int TAIL_LOST_MAX = 32;

    private final Decoder decoder;
    private final CachedSequence[] sequences;
    private final CellLedger ledger;
    private final boolean[] marks;
    private final Parking parking;
    private Predicate<CachedSequence> awaited = sequence -> false;
    private long clock;

    SequenceCache(Decoder decoder, ParkingRule rule) {
        this.decoder = decoder;
        this.parking = new Parking(decoder, rule);
        this.ledger = new CellLedger(decoder.contextTokens());
        this.marks = new boolean[decoder.contextTokens()];
        this.sequences = new CachedSequence[decoder.sequencesMax()];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = new CachedSequence(i);
        }
    }

    /** Tells which idle sequences a waiting request will want, so that they are not parked just before. */
    void spare(Predicate<CachedSequence> wanted) {
        awaited = wanted;
    }

    /** The longest reusable prefix of these tokens, in tokens; at least one token is always left to evaluate. */
    int reusable(TokenList tokens, String salt) {
        CachedSequence best = best(tokens, salt);
        int prefix = best == null ? 0 : common(best, tokens);
        ParkedSequences.Parked found = parking.best(tokens, salt, prefix);
        return found == null ? prefix : ParkedSequences.common(found, tokens);
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

    /**
     * Gives a sequence that already holds the longest cached prefix of these tokens.
     *
     * @param tokensMax most tokens that the generation will add
     * @param gently whether others decode, who should not wait for more than one save
     */
    CachedSequence acquire(TokenList tokens, String salt, int tokensMax, boolean gently) {
        CachedSequence best = best(tokens, salt);
        int prefix = best == null ? 0 : common(best, tokens);
        ParkedSequences.Parked found = parking.best(tokens, salt, prefix);
        CachedSequence taken = found == null ? null : restored(found, tokens, tokensMax, gently);
        if (taken != null) {
            prefix = ParkedSequences.common(found, tokens);
        } else {
            // Making room for a restore that failed may have evicted the first choice.
            best = found == null ? best : best(tokens, salt);
            prefix = best == null ? 0 : common(best, tokens);
            taken = fromCache(best, prefix);
        }
        boolean moves = taken != best && found == null;
        taken.use = CachedSequence.Use.RUNNING;
        taken.salt = salt;
        taken.lastUsed = ++clock;
        truncate(taken, prefix);
        if (moves) {
            parkIdle(ParkingRule.rentToCome(tokens.size() - prefix, tokensMax), gently);
        }
        return taken;
    }

    private CachedSequence fromCache(CachedSequence best, int prefix) {
        if (prefix > 0 && best.use == CachedSequence.Use.IDLE && extendsInPlace(best.size(), prefix)) {
            return best;
        }
        CachedSequence taken = fresh(prefix > 0 ? best : null);
        if (taken != best && prefix > 0) {
            share(best, taken, prefix);
        }
        return taken;
    }

    /** A sequence with a parked conversation's cells, or null if there is no room for them. */
    private CachedSequence restored(ParkedSequences.Parked found, TokenList tokens, int tokensMax, boolean gently) {
        int size = found.size();
        int prefix = ParkedSequences.common(found, tokens);
        if (size > cellsNotRunning()) {
            return null;
        }
        parking.pin(found);
        try {
            // Before the restore, so that it finds low cells.
            parkIdle(ParkingRule.rentToCome(tokens.size() - prefix, tokensMax), gently);
            CachedSequence taken = fresh(null);
            while (ledger.freeCells() < size && evictOne()) {
                // Each turn empties one idle sequence.
            }
            if (!parking.restore(found, taken)) {
                return null;
            }
            for (int i = 0; i < size; i++) {
                append(taken, found.tokens.get(i));
            }
            parking.keep(found, !extendsInPlace(size, prefix), clock + 1);
            return taken;
        } finally {
            parking.pin(null);
        }
    }

    /**
     * Moves idle sequences out of the cache where that pays, the largest first, since it gains most.
     *
     * @param rentToCome what they are known to cost beside what they did
     * @param gently whether at most one may be saved before the next step
     */
    void parkIdle(int rentToCome, boolean gently) {
        while (parking.possible() && !(gently && parking.savedSinceStep())) {
            CachedSequence largest = null;
            for (CachedSequence each : sequences) {
                boolean candidate = each.use == CachedSequence.Use.IDLE && !each.unsavable;
                boolean larger = largest == null || each.size() > largest.size();
                if (candidate && larger && parking.pays(each, rentToCome) && !awaited.test(each)) {
                    largest = each;
                }
            }
            if (largest == null) {
                return;
            }
            if (heldByAnother(largest) || parking.save(largest)) {
                clear(largest);
            } else {
                largest.unsavable = true;
            }
        }
    }

    /** Whether another sequence in the cache begins with all of this one's tokens. */
    private boolean heldByAnother(CachedSequence sequence) {
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

    /** Counts what a step cost for the cells of idle sequences. */
    void stepDone(boolean decodes, int promptRows) {
        parking.stepDone();
        int rent = ParkingRule.rent(decodes, promptRows);
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.IDLE) {
                sequence.addRent(rent);
            }
        }
    }

    private static boolean extendsInPlace(int size, int prefix) {
        return size - prefix <= Math.max(TAIL_LOST_MAX, size / 10);
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
            evict(victim);
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
        sequence.rest();
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
        parking.shifted();
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
        evict(victim);
        return true;
    }

    /** Empties an idle sequence, parked if it is worth it: saving costs a small part of evaluating it again. */
    private void evict(CachedSequence victim) {
        if (victim.size() >= ParkingRule.EVICTED_TOKENS_MIN && !victim.unsavable && !heldByAnother(victim)) {
            parking.save(victim);
        }
        clear(victim);
    }

    /** Empties every sequence, after a failure whose effect on the cache is unknown. Parked copies are not touched. */
    void clearAll() {
        for (CachedSequence sequence : sequences) {
            clear(sequence);
        }
    }

    /** Frees the parked conversations' memory. */
    void close() {
        parking.close();
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
