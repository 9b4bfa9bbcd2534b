package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which tokens lie in the KV cache under which sequence id, and who may reuse them. Engine's thread only.
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

    private final KvCells cells;
    private final CachedSequence[] sequences;
    private final PrefixSearch search;
    private final Parking parking;
    private final DeviceTier device;
    private final IdleMover mover;
    private final BlockWorth worth;
    private final EngineFigures figures;
    private long clock;

    /** Whether the last run to begin was alone, and finds its cells in the order of its tokens. */
    private boolean inOrder;

    private int rows;
    private int depth;
    private long stepNanos;

    /** A cache over a decoder whose sequences are empty. */
    SequenceCache(Decoder decoder, Parking parking, long deviceBytesMax, BlockWorth worth, EngineFigures figures) {
        this.parking = parking;
        this.worth = worth;
        this.figures = figures;
        this.cells = new KvCells(decoder);
        this.sequences = cells.sequences();
        this.search = new PrefixSearch(sequences);
        this.device = new DeviceTier(decoder, deviceBytesMax, cells, parking, figures);
        this.mover = new IdleMover(cells, search, parking, device);
    }

    /** Tells which idle sequences a waiting request will want, so that they are not parked just before. */
    void spare(Predicate<CachedSequence> wanted) {
        mover.spare(wanted);
    }

    /** The longest reusable prefix of these tokens, in tokens; at least one token is always left to evaluate. */
    int reusable(TokenList tokens, String salt) {
        CachedSequence best = search.best(tokens, salt);
        int prefix = device.longest(tokens, salt, PrefixSearch.common(best, tokens));
        ParkedBlocks.Match found = parking.best(tokens, salt, prefix);
        return found == null ? prefix : Parking.prefix(found, tokens);
    }

    /**
     * Starts to read from disk what saves evaluating a good part of these tokens.
     *
     * @return whether a read is under way that is worth waiting for
     */
    boolean fetches(TokenList tokens, String salt) {
        CachedSequence best = search.best(tokens, salt);
        return parking.fetches(tokens, salt, device.longest(tokens, salt, PrefixSearch.common(best, tokens)));
    }

    /** The longest prefix whose cells a running sequence holds. */
    int sharedWithRunning(TokenList tokens, String salt) {
        return search.sharedWithRunning(tokens, salt);
    }

    /**
     * Gives a sequence that already holds the longest cached prefix of these tokens. Before a long prompt, idle cells
     * are moved out of its way; a short one's first token does not wait for that.
     *
     * @param tokensMax most tokens that the generation will add
     * @param gently whether others decode, who should not wait for more than one save
     */
    CachedSequence acquire(TokenList tokens, String salt, int tokensMax, boolean gently) {
        inOrder = cells.cellsNotRunning() == cells.cells() && emptyIfItPays(tokens, salt, tokensMax);
        boolean revived = revive(tokens, salt, tokensMax, gently);
        CachedSequence best = search.best(tokens, salt);
        int prefix = PrefixSearch.common(best, tokens);
        ParkedBlocks.Match found = parking.best(tokens, salt, prefix);
        int rent = ParkingRule.rentToCome(tokens.size() - prefix, tokensMax);
        int foundPrefix = found == null ? 0 : Parking.prefix(found, tokens);
        CachedSequence taken = found == null ? null : restored(found, best, prefix, rent, gently);
        boolean moves = false;
        if (taken != null) {
            prefix = Math.min(taken.size(), foundPrefix);
        } else {
            // Making room for a restore that failed may have evicted the first choice.
            best = found == null ? best : search.best(tokens, salt);
            prefix = PrefixSearch.common(best, tokens);
            taken = fromCache(best, prefix);
            moves = taken != best && found == null;
            EngineFigure hit = revived ? EngineFigure.HITS_DEVICE : EngineFigure.HITS_KV;
            figures.add(prefix > 0 ? hit : EngineFigure.MISSES, 1);
        }
        taken.use = CachedSequence.Use.RUNNING;
        taken.salt = salt;
        taken.lastUsed = ++clock;
        taken.exact = Integer.MAX_VALUE;
        truncate(taken, prefix);
        figures.add(EngineFigure.TOKENS_REUSED, taken.size());
        if (moves && !inOrder && tokens.size() - prefix > ParkingRule.SHORT_PROMPT_ROWS) {
            mover.parkIdle(rent, gently);
        }
        return taken;
    }

    private boolean emptyIfItPays(TokenList tokens, String salt, int tokensMax) {
        CachedSequence best = search.best(tokens, salt);
        int prefix = PrefixSearch.common(best, tokens);
        int pending = tokens.size() - prefix;
        int patience = pending > ParkingRule.SHORT_PROMPT_ROWS ? 0 : ParkingRule.PATIENCE;
        return mover.emptyIfItPays(best, prefix, ParkingRule.rentToCome(pending, tokensMax) - patience);
    }

    /**
     * Brings what a copy on the device saves of a prompt into the cache, as an idle sequence: the whole conversation if
     * the prompt goes on from it, else the common prefix. False if there is none.
     */
    private boolean revive(TokenList tokens, String salt, int tokensMax, boolean gently) {
        CachedSequence best = search.best(tokens, salt);
        int have = PrefixSearch.common(best, tokens);
        DeviceTier.Resident found = device.best(tokens, salt, have);
        if (found == null || found.size() + have > cellsNotRunning()) {
            return false;
        }
        device.pin(found);
        try {
            CachedSequence taken = fresh(have > 0 ? best : null);
            if (taken == best) {
                mover.evict(best);
            } else if (have > 0) {
                cells.share(best, taken, have);
            }
            taken.use = CachedSequence.Use.RUNNING;
            int prefix = found.prefix(tokens);
            // Before the cells come back, so that they find low places.
            mover.parkIdle(ParkingRule.rentToCome(tokens.size() - prefix, tokensMax), gently);
            while (cells.freeCells() < found.size() && evictOne()) {
                // Each turn empties one idle sequence.
            }
            boolean back = device.bringBack(found, taken, extendsInPlace(found.size(), prefix) ? found.size() : prefix);
            taken.salt = salt;
            taken.lastUsed = ++clock;
            taken.lastUsedMillis = System.currentTimeMillis();
            taken.rest();
            return back;
        } finally {
            device.pin(null);
        }
    }

    private CachedSequence fromCache(CachedSequence best, int prefix) {
        if (prefix > 0 && best.use == CachedSequence.Use.IDLE && extendsInPlace(best.size(), prefix)) {
            return best;
        }
        CachedSequence taken = fresh(prefix > 0 ? best : null);
        if (taken != best && prefix > 0) {
            cells.share(best, taken, prefix);
        }
        return taken;
    }

    /**
     * A sequence with a parked conversation's cells, or null if there is no room for them. Whole blocks that a sequence
     * in the cache has too are shared with that one.
     */
    private CachedSequence restored(
            ParkedBlocks.Match found, CachedSequence best, int prefix, int rentToCome, boolean gently) {
        int size = Parking.restoredTo(found);
        int shared = Parking.wholeBlocks(prefix);
        if (size - shared > cellsNotRunning()) {
            return null;
        }
        parking.pin(found);
        try {
            CachedSequence taken = fresh(shared > 0 ? best : null);
            if (taken == best) {
                parking.save(best, true);
                truncate(taken, shared);
            } else if (shared > 0) {
                cells.share(best, taken, shared);
            }
            taken.use = CachedSequence.Use.RUNNING;
            // Before the restore, so that it finds low cells.
            mover.parkIdle(rentToCome, gently);
            while (cells.freeCells() < size - taken.size() && evictOne()) {
                // Each turn empties one idle sequence.
            }
            boolean room = cells.freeCells() >= size - taken.size();
            boolean whole = room && parking.restore(found, taken, ++clock, tokens -> cells.append(taken, tokens));
            if (!whole && taken.size() <= prefix) {
                cells.clear(taken);
                taken.use = CachedSequence.Use.FREE;
                return null;
            }
            return taken;
        } finally {
            parking.unpin();
        }
    }

    /** Moves idle sequences out where that pays, but not from under a lone run ({@link IdleMover#emptyIfItPays}). */
    void parkBetweenSteps(int rentToCome, boolean gently) {
        if (!inOrder) {
            mover.parkIdle(rentToCome, gently);
        }
    }

    /** Copies a part of what is idle to where it can be restored from. False if all is there, or has no room. */
    boolean saveAhead() {
        return mover.saveAhead();
    }

    /** How long the step took that is about to be counted. */
    void stepTook(long nanos) {
        stepNanos = nanos;
    }

    /** Takes what other threads have done for the cache. Once per turn. */
    void settle() {
        parking.settle();
        device.show();
        figures.set(EngineFigure.KV_CELLS, cells.cells());
        figures.set(EngineFigure.KV_CELLS_USED, cells.cells() - (long) cells.freeCells());
    }

    /** Counts what a step cost for the cells of idle sequences. */
    void stepDone(boolean decodes, int promptRows) {
        parking.stepDone();
        worth.stepDone(promptRows, depth, stepNanos);
        figures.add(EngineFigure.STEPS, 1);
        figures.add(EngineFigure.TOKENS_PREFILLED, promptRows);
        figures.add(EngineFigure.TOKENS_DECODED, rows - promptRows);
        rows = 0;
        depth = 0;
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
            mover.evict(victim);
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

    /** Ends a sequence's run; its cells stay for the conversation's next turn. */
    void release(CachedSequence sequence) {
        sequence.lastUsed = ++clock;
        sequence.lastUsedMillis = System.currentTimeMillis();
        // Cells that were moved differ a little from those of the same tokens evaluated at their new places.
        truncate(sequence, sequence.exact);
        sequence.rest();
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
        mover.evict(victim);
        return true;
    }

    /** Empties every sequence, after a failure whose effect on the cache is unknown. Parked copies are not touched. */
    void clearAll() {
        for (CachedSequence sequence : sequences) {
            cells.clear(sequence);
        }
    }

    /**
     * Ends the cache: what is idle goes to disk, if there is one, and host memory is freed.
     *
     * @param sound whether the cells can be trusted
     */
    void close(boolean sound) {
        List<CachedSequence> left = new ArrayList<>();
        for (CachedSequence sequence : sequences) {
            boolean worthIt = sequence.use == CachedSequence.Use.IDLE
                    && sequence.size() >= ParkingRule.EVICTED_TOKENS_MIN
                    && !sequence.unsavable;
            if (sound && worthIt && !search.heldByAnother(sequence)) {
                left.add(sequence);
            }
        }
        left.sort(IdleMover.OLDEST_FIRST);
        parking.close(() -> {
            left.forEach(each -> parking.save(each, true));
            if (sound) {
                clearAll();
                device.leaveAll();
            }
        });
        if (sound) {
            device.clear();
        }
    }

    /** What is kept, the last used first. */
    List<CachedConversation> conversations() {
        return parking.conversations(sequences, device.conversations());
    }

    /** Forgets every conversation that does not run, wherever it lies. */
    void forgetIdle() {
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.IDLE) {
                cells.clear(sequence);
            }
        }
        device.clear();
        parking.clear();
    }

    /** Records that the decoder evaluated a token at the sequence's next position. */
    void append(CachedSequence sequence, int token) {
        cells.append(sequence, token);
        rows++;
        depth = Math.max(depth, sequence.size());
    }

    /** Removes what a failed or aborted step may have left behind the recorded tokens. */
    void dropUnrecorded(CachedSequence sequence) {
        cells.dropUnrecorded(sequence);
    }

    /** Keeps the first tokens of a sequence; a memory that cannot cut loses all of them. */
    void truncate(CachedSequence sequence, int size) {
        cells.truncate(sequence, size);
    }

    /** Drops positions {@code keep} to {@code keep + discard} and moves the rest down, if it can ({@link KvCells}). */
    void shift(CachedSequence sequence, int keep, int discard) {
        if (cells.shift(sequence, keep, discard)) {
            sequence.exact = Math.min(sequence.exact, keep);
            parking.shifted();
        }
    }

    int freeCells() {
        return cells.freeCells();
    }

    /** Cells that no running sequence holds: free, or freed by evicting what is idle. */
    int cellsNotRunning() {
        return cells.cellsNotRunning();
    }
}
