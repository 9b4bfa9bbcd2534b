package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.llamero.inference.engine.DeviceCopy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Copies of sequences in buffers of the device, by the library's states with {@link ContextApi#ON_DEVICE}. The library
 * keeps one buffer per sequence id from which a state was taken, so each copy is taken from an id of its own, which
 * shares the cells for that moment only; what it hands out is a description of the cells without their content.
 *
 * <p>Facts of llama.cpp v0.5.0 (src/llama-context.cpp), which all calls here go by: a buffer is only replaced by one of
 * another size, so a copy is freed by taking a state of one cell; a buffer reused for as many bytes in more pieces may
 * be too small, which one cell cannot be; a state that does not fit its buffer, or the free cells, ends the process;
 * so does a device without memory. Of a quantised cache only a part is copied, and restoring it in other pieces than
 * it was saved in reads wild memory: {@link DeviceCheck} tries before.
 *
 * <p>The decoder's caller makes every call; arguments were checked there.
 */
final class DeviceStates {
    /** What a copy leaves free on the device: buffers of a step grow with use, and the library cannot do without. */
    private static final long BYTES_LEFT = 256L << 20;

    /** In a state: magic, sequence id, streams, cells. */
    private static final int HEADER_BYTES = 16;

    private final ContextApi api;
    private final NativeHandle context;
    private final MemorySegment memory;
    private final SequenceStates host;
    private final LongSupplier bytesFree;

    /** Where states are put together; it is the same that host copies are cut out in. */
    private final int spare;

    /** Ids whose buffers hold no copy. */
    private final BitSet ids = new BitSet();

    private final SavedCells.Open states = new SavedCells.Open();
    private boolean trusted;

    /**
     * Over an open context.
     *
     * @param host knows the size of a cell
     * @param spare a sequence id that is empty between calls
     * @param count how many ids after it are for copies
     * @param bytesFree memory that the device has left
     */
    DeviceStates(
            ContextApi api,
            NativeHandle context,
            MemorySegment memory,
            SequenceStates host,
            int spare,
            int count,
            LongSupplier bytesFree) {
        this.api = api;
        this.context = context;
        this.memory = memory;
        this.host = host;
        this.spare = spare;
        this.bytesFree = bytesFree;
        ids.set(spare + 1, spare + 1 + count);
    }

    /** A copy and where it lies. */
    private final class Copy implements DeviceCopy {
        private final int id;
        private final int cells;
        private final SavedCells state;
        private boolean open = true;

        private Copy(int id, int cells, SavedCells state) {
            this.id = id;
            this.cells = cells;
            this.state = state;
        }

        private boolean isOf(DeviceStates owner) {
            return open && owner == DeviceStates.this;
        }

        @Override
        public int cells() {
            return cells;
        }

        @Override
        public long bytes() {
            return host.bytes(cells);
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                context.ifOpen(pointer -> free(pointer, this));
            }
        }
    }

    /** Lets the decoder offer copies; before, only the check makes some. */
    void trust() {
        trusted = true;
    }

    /** Bytes that a copy of so many cells takes; 0 if there are none. */
    long bytes(int cells) {
        return trusted ? host.bytes(cells) : 0;
    }

    /** Copies a sequence's first cells. Empty if all ids are taken, or memory is short. */
    Optional<DeviceCopy> keep(MemorySegment pointer, int sequence, int cells) {
        int id = ids.nextSetBit(0);
        if (id < 0 || bytesFree.getAsLong() < host.bytes(cells) + BYTES_LEFT) {
            return Optional.empty();
        }
        api.copy(memory, sequence, id, 0, cells);
        Optional<SavedCells> state = states.allocate(api.stateSize(pointer, id, ContextApi.ON_DEVICE), 0, cells);
        long written = state.isEmpty() ? 0 : api.stateGet(pointer, state.get().memory(), id, ContextApi.ON_DEVICE);
        api.remove(memory, id, 0, -1);
        if (state.isEmpty()) {
            return Optional.empty();
        }
        ids.clear(id);
        if (written != state.get().bytes()) {
            // What its buffer holds is unknown, so this id is never used again.
            state.get().close();
            return Optional.empty();
        }
        return Optional.of(new Copy(id, cells, state.get()));
    }

    /** Appends a copy's cells from the target's end on. Wants free cells for the whole copy. */
    boolean bringBack(MemorySegment pointer, DeviceCopy from, int target, int first, int to) {
        Copy copy = open(from);
        long read = api.stateSet(pointer, copy.state.memory(), spare, ContextApi.ON_DEVICE);
        boolean whole = read == copy.state.bytes()
                && api.firstPosition(memory, spare) == 0
                && api.lastPosition(memory, spare) + 1 == copy.cells;
        if (whole) {
            api.copy(memory, spare, target, first, to);
        }
        api.remove(memory, spare, 0, -1);
        return whole;
    }

    private Copy open(DeviceCopy candidate) {
        if (candidate instanceof Copy copy && copy.isOf(this)) {
            return copy;
        }
        throw new IllegalArgumentException("a copy on the device that is closed or another decoder's");
    }

    /** Puts a state of one cell in the copy's place: any sequence's last one, or else the copy's own first. */
    private void free(MemorySegment pointer, Copy copy) {
        int holder = 0;
        while (holder < spare && api.lastPosition(memory, holder) < 0) {
            holder++;
        }
        if (holder < spare) {
            int last = api.lastPosition(memory, holder);
            api.copy(memory, holder, copy.id, last, last + 1);
        } else {
            // The cache is empty, so there is room.
            api.stateSet(pointer, copy.state.memory(), copy.id, ContextApi.ON_DEVICE);
            api.remove(memory, copy.id, 1, -1);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment small = arena.allocate(api.stateSize(pointer, copy.id, ContextApi.ON_DEVICE));
            api.stateGet(pointer, small, copy.id, ContextApi.ON_DEVICE);
        }
        api.remove(memory, copy.id, 0, -1);
        copy.state.close();
        ids.set(copy.id);
    }

    /** Whether values lie transposed in the cache, told by two copies of it. Then pieces are single numbers. */
    boolean transposed(DeviceCopy shorter, DeviceCopy longer) {
        SavedCells one = open(shorter).state;
        SavedCells two = open(longer).state;
        long bytesPerCell = (two.bytes() - one.bytes()) / (longer.cells() - shorter.cells());
        return two.memory().get(JAVA_INT_UNALIGNED, HEADER_BYTES + longer.cells() * bytesPerCell) != 0;
    }

    void closeAll() {
        states.closeAll();
    }
}
