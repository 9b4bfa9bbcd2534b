package dev.llamero.inference.engine;

import java.util.Arrays;

/**
 * The sequences of the KV cache and their cells: edits them in the decoder and keeps the account of who holds what. The
 * only caller of {@link Decoder}'s sequence edits. What is worth keeping is {@link SequenceCache}'s business. Engine's
 * thread only.
 */
final class KvCells {
    private final Decoder decoder;
    private final CachedSequence[] sequences;
    private final CellLedger ledger;
    private final boolean[] marks;
    private CachedSequence lastAppended;

    /** Over a decoder whose sequences are empty. */
    KvCells(Decoder decoder) {
        this.decoder = decoder;
        this.ledger = new CellLedger(decoder.contextTokens());
        this.marks = new boolean[decoder.contextTokens()];
        this.sequences = new CachedSequence[decoder.sequencesMax()];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = new CachedSequence(i);
        }
    }

    /** All of them, the array itself: not to be changed. */
    CachedSequence[] sequences() {
        return sequences;
    }

    /** A sequence id that nobody has; null for none. */
    CachedSequence unused() {
        for (CachedSequence sequence : sequences) {
            if (sequence.use == CachedSequence.Use.FREE) {
                return sequence;
            }
        }
        return null;
    }

    /** Lets an empty sequence begin with another's cells. A memory that cannot cut leaves it empty. */
    void share(CachedSequence source, CachedSequence target, int prefix) {
        decoder.copy(source.id, target.id, 0, prefix);
        for (int i = 0; i < prefix; i++) {
            int cell = source.cells.get(i);
            ledger.share(cell);
            target.cells.add(cell);
            target.tokens.add(source.tokens.get(i));
        }
        target.pieces = source.pieces;
        // A memory that cannot cut (recurrent) copies its whole state, longer than the prefix: then nothing is reused.
        if (prefix < source.size() && !decoder.remove(target.id, prefix, -1)) {
            clear(target);
        }
    }

    /** Records that the decoder evaluated a token at the sequence's next position. */
    void append(CachedSequence sequence, int token) {
        if (sequence != lastAppended || sequence.pieces == 0) {
            lastAppended = sequence;
            sequence.pieces++;
        }
        sequence.cells.add(ledger.take());
        sequence.tokens.add(token);
    }

    /** Records that restored cells were appended. */
    void append(CachedSequence sequence, TokenList tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            append(sequence, tokens.get(i));
        }
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

    /**
     * Drops positions {@code keep} to {@code keep + discard} and moves the rest down, for a context shift.
     *
     * <p>A cell has one position for all that share it. Idle sharers of moved cells lose them first. A running sharer
     * must not: then the tail is dropped instead, and the caller evaluates it again at its new positions.
     *
     * @return whether cells were moved, which takes effect with the next step
     */
    boolean shift(CachedSequence sequence, int keep, int discard) {
        int moved = keep + discard;
        trimIdleSharers(sequence, moved);
        boolean sharedTail = false;
        for (int i = moved; i < sequence.size() && !sharedTail; i++) {
            sharedTail = ledger.shared(sequence.cells.get(i));
        }
        if (sharedTail || !decoder.remove(sequence.id, keep, moved)) {
            truncate(sequence, keep);
            return false;
        }
        decoder.shift(sequence.id, moved, sequence.size(), -discard);
        dropCells(sequence, keep, moved);
        sequence.tokens.removeRange(keep, moved);
        sequence.cells.removeRange(keep, moved);
        return true;
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

    /** Empties a sequence. */
    void clear(CachedSequence sequence) {
        decoder.remove(sequence.id, 0, -1);
        dropCells(sequence, 0, sequence.size());
        sequence.pieces = 0;
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

    int cells() {
        return ledger.cells();
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
