package dev.llamero.inference.llama;

import dev.llamero.inference.engine.SavedSequence;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Copies parts of sequences out of a context and back. The library only knows whole sequences, so a part is given to a
 * spare sequence id first, which costs no copy, and is taken from it.
 *
 * <p>The decoder's caller makes every call, but {@link #allocate} and {@link #closeAll}; arguments were checked there.
 */
final class SequenceStates {
    /** In place of the spare id: nothing can be saved. */
    static final int NONE = -1;

    private final ContextApi api;
    private final MemorySegment memory;
    private final int spare;
    private final SavedCells.Open saved = new SavedCells.Open();

    /** Bytes of a state without cells, and of each cell; 0 before {@link #measure}. */
    private long bytesFixed;

    private long bytesPerCell;

    SequenceStates(ContextApi api, MemorySegment memory, int spare) {
        this.api = api;
        this.memory = memory;
        this.spare = spare;
    }

    /** Whether this kind of memory gives parts of sequences back exactly as they were. */
    boolean possible() {
        return spare != NONE;
    }

    /** Learns the sizes of states from a sequence that has two cells or more. */
    void measure(MemorySegment context, int sequence) {
        if (spare == NONE) {
            return;
        }
        api.copy(memory, sequence, spare, 0, 1);
        long one = api.stateSize(context, spare, ContextApi.IN_HOST);
        api.copy(memory, sequence, spare, 1, 2);
        long two = api.stateSize(context, spare, ContextApi.IN_HOST);
        api.remove(memory, spare, 0, -1);
        bytesPerCell = two - one;
        bytesFixed = one - bytesPerCell;
    }

    /** Bytes of a state of so many cells; 0 if none can be saved. */
    long bytes(int cells) {
        return bytesPerCell <= 0 ? 0 : bytesFixed + cells * bytesPerCell;
    }

    Optional<SavedCells> allocate(int from, int to) {
        long bytes = bytes(to - from);
        return bytes == 0 ? Optional.empty() : saved.allocate(bytes, from, to);
    }

    Optional<SavedCells> save(MemorySegment context, int sequence, int from, int to) {
        Optional<SavedCells> made = allocate(from, to);
        if (made.isEmpty()) {
            return made;
        }
        api.copy(memory, sequence, spare, from, to);
        long written = api.stateGet(context, made.get().memory(), spare, ContextApi.IN_HOST);
        api.remove(memory, spare, 0, -1);
        if (written != made.get().bytes()) {
            made.get().close();
            return Optional.empty();
        }
        return made;
    }

    /** Appends cells to a sequence. False if that failed; then it is as it was. */
    boolean restore(MemorySegment context, SavedSequence sequence, int target) {
        if (!saved.holds(sequence)) {
            throw new IllegalArgumentException("a saved sequence that is closed or another decoder's");
        }
        SavedCells cells = (SavedCells) sequence;
        long read = api.stateSet(context, cells.memory(), spare, ContextApi.IN_HOST);
        boolean whole = read == cells.bytes()
                && api.firstPosition(memory, spare) == cells.from()
                && api.lastPosition(memory, spare) + 1 == cells.to();
        if (whole) {
            api.copy(memory, spare, target, cells.from(), cells.to());
        }
        api.remove(memory, spare, 0, -1);
        return whole;
    }

    /** How many saved parts are not closed. */
    int open() {
        return saved.count();
    }

    void closeAll() {
        saved.closeAll();
    }
}
