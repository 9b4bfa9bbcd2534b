package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.DeviceCopy;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.SavedSequence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A context of llama.cpp: the forward pass and one KV cache that all sequences share.
 *
 * <p>The engine's thread makes every call but {@link #abort} and {@link #close}, which any thread may make; closing
 * stops a running step and waits for it. Owns the context, its thread pool, its batch and what was saved. Every
 * argument is checked here, since llama.cpp ends the process on some wrong ones.
 */
final class LlamaDecoder implements Decoder {
    /** Return codes of {@code llama_decode}. */
    private static final int DONE = 0;

    private static final int NO_ROOM = 1;
    private static final int ABORTED = 2;

    private final ContextApi api;
    private final NativeHandle context;
    private final NativeBatch nativeBatch;
    private final AbortFlag abort;
    private final MemorySegment memory;
    private final int contextTokens;
    private final int sequencesMax;
    private final int batchTokensMax;
    private final int outputsMax;
    private final int vocabularySize;
    private final boolean canShift;
    private final boolean loneRowsDiffer;
    private final SequenceStates state;
    private final DeviceStates device;

    private final BatchCheck check;
    /** Rows of the last step that have logits. */
    private final BitSet outputRows;

    private final long[] logitsAddresses;

    /**
     * Takes over an open context.
     *
     * @param abort the flag that the context was opened with
     * @param outputsMax most rows of a step that may want logits
     * @param canSave whether the memory is plain attention and there is a sequence id to spare for saving. A
     *     recurrent state cannot be cut after a restore, and a sliding window is saved without the cells that a shorter
     *     prefix would see
     * @param loneRowsDiffer whether llama.cpp has kernels of their own for one row here: on the CPU, attention over
     *     512 cells and more of f16 is divided among threads. Otherwise steps of 1 to 63 rows compute alike there
     *     (measured)
     * @param deviceCopies how many of the context's last sequence ids are for copies on the device; 0 unless cells can
     *     be saved
     * @param deviceBytesFree memory that the device has left
     */
    LlamaDecoder(
            ContextApi api,
            NativeHandle context,
            AbortFlag abort,
            int outputsMax,
            int vocabularySize,
            boolean canSave,
            boolean loneRowsDiffer,
            int deviceCopies,
            LongSupplier deviceBytesFree) {
        this.api = api;
        this.context = context;
        this.abort = abort;
        this.outputsMax = outputsMax;
        this.vocabularySize = vocabularySize;
        this.loneRowsDiffer = loneRowsDiffer;
        MemorySegment pointer = context.acquire();
        try {
            memory = api.memory(pointer);
            contextTokens = api.contextTokens(pointer);
            int ids = api.sequencesMax(pointer);
            // The next id is where cells are cut out and put together.
            sequencesMax = canSave ? ids - 1 - deviceCopies : ids;
            batchTokensMax = Math.min(api.batchTokens(pointer), api.ubatchTokens(pointer));
            canShift = api.canShift(memory);
            state = new SequenceStates(api, memory, canSave ? sequencesMax : SequenceStates.NONE);
            device = new DeviceStates(api, context, memory, state, sequencesMax, deviceCopies, deviceBytesFree);
        } finally {
            context.release();
        }
        nativeBatch = new NativeBatch(Arena.ofAuto(), batchTokensMax);
        check = new BatchCheck(
                sequence -> api.lastPosition(memory, sequence),
                contextTokens,
                sequencesMax,
                batchTokensMax,
                outputsMax,
                vocabularySize);
        outputRows = new BitSet(batchTokensMax);
        logitsAddresses = new long[batchTokensMax];
    }

    @Override
    public Outcome decode(Batch batch) {
        MemorySegment pointer = context.acquire();
        try {
            check.check(batch);
            outputRows.clear();
            if (abort.take()) {
                return Outcome.ABORTED;
            }
            NativeLog.stepOf(abort);
            int code = api.decode(pointer, nativeBatch.fill(batch));
            return switch (code) {
                case DONE -> done(pointer, batch);
                case NO_ROOM -> Outcome.NO_ROOM;
                case ABORTED -> {
                    abort.take();
                    yield Outcome.ABORTED;
                }
                default ->
                    throw new EngineException.Failed(
                            "llama_decode gave " + code + " for " + batch.size() + " tokens", null);
            };
        } finally {
            context.release();
        }
    }

    /** Notes where each row's logits lie: asking for them reorders them once, which only one thread may do. */
    private Outcome done(MemorySegment pointer, Batch batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (batch.wantsLogits(row)) {
                logitsAddresses[row] = api.logits(pointer, row);
                outputRows.set(row);
            }
        }
        return Outcome.DONE;
    }

    @Override
    public void logits(int row, float[] into) {
        context.acquire();
        try {
            if (row < 0 || !outputRows.get(row)) {
                throw new IllegalArgumentException("row " + row + " of the last step has no logits");
            }
            if (into.length < vocabularySize) {
                throw new IllegalArgumentException(into.length + " floats cannot hold " + vocabularySize + " logits");
            }
            if (logitsAddresses[row] == 0) {
                throw new EngineException.Failed("llama_get_logits_ith has none for row " + row, null);
            }
            MemorySegment.copy(Native.EVERYTHING, JAVA_FLOAT, logitsAddresses[row], into, 0, vocabularySize);
        } finally {
            context.release();
        }
    }

    @Override
    public boolean remove(int sequence, int from, int to) {
        requireSequence(sequence);
        requireFrom(from);
        context.acquire();
        try {
            return api.remove(memory, sequence, from, Math.max(to, -1));
        } finally {
            context.release();
        }
    }

    @Override
    public void copy(int source, int target, int from, int to) {
        requireSequence(source);
        requireSequence(target);
        requireRange(from, to);
        if (source == target) {
            throw new IllegalArgumentException("copy of sequence " + source + " onto itself");
        }
        context.acquire();
        try {
            int last = api.lastPosition(memory, target);
            if (last >= from) {
                throw new IllegalArgumentException(
                        "copy from position " + from + " into sequence " + target + ", which already ends at " + last);
            }
            api.copy(memory, source, target, from, to);
        } finally {
            context.release();
        }
    }

    @Override
    public void shift(int sequence, int from, int to, int delta) {
        requireSequence(sequence);
        requireRange(from, to);
        if (from + (long) delta < 0 || to + (long) delta > contextTokens) {
            throw new IllegalArgumentException(
                    "shift of " + from + ".." + to + " by " + delta + " leaves the context of " + contextTokens);
        }
        if (!canShift) {
            throw new IllegalStateException("this model's memory cannot shift");
        }
        context.acquire();
        try {
            api.add(memory, sequence, from, to, delta);
        } finally {
            context.release();
        }
    }

    /** Learns how large saved cells are, from sequence 0, which has two cells or more. */
    void measureStates() {
        MemorySegment pointer = context.acquire();
        try {
            if (api.lastPosition(memory, 0) >= 1) {
                state.measure(pointer, 0);
            }
        } finally {
            context.release();
        }
    }

    @Override
    public long savedBytes(int cells) {
        return state.bytes(cells);
    }

    @Override
    public Optional<SavedSequence> save(int sequence, int from, int to) {
        requireSequence(sequence);
        requireRange(from, to);
        MemorySegment pointer = context.acquire();
        try {
            int last = api.lastPosition(memory, sequence);
            if (from == to || to > last + 1) {
                throw new IllegalArgumentException(
                        "save of " + from + ".." + to + " of sequence " + sequence + ", which ends at " + last);
            }
            return state.save(pointer, sequence, from, to).map(each -> each);
        } finally {
            context.release();
        }
    }

    @Override
    public Optional<SavedSequence> allocate(int from, int to) {
        requireRange(from, to);
        return state.allocate(from, to).map(each -> each);
    }

    @Override
    public boolean restore(SavedSequence sequence, int target) {
        requireSequence(target);
        MemorySegment pointer = context.acquire();
        try {
            int last = api.lastPosition(memory, target);
            if (last + 1 != sequence.from()) {
                throw new IllegalArgumentException("restore of " + sequence.from() + ".." + sequence.to()
                        + " into sequence " + target + ", which ends at " + last);
            }
            return state.restore(pointer, sequence, target);
        } finally {
            context.release();
        }
    }

    /** Tries whether the device keeps copies as they are, and offers that from now on if so; else says why not. */
    Optional<String> tryDevice() {
        Optional<String> fault = DeviceCheck.fault(this, device);
        if (fault.isEmpty()) {
            device.trust();
        }
        return fault;
    }

    @Override
    public long deviceBytes(int cells) {
        return device.bytes(cells);
    }

    @Override
    public Optional<DeviceCopy> keep(int sequence, int cells) {
        requireSequence(sequence);
        MemorySegment pointer = context.acquire();
        try {
            int last = api.lastPosition(memory, sequence);
            if (cells < 1 || cells > last + 1) {
                throw new IllegalArgumentException(
                        "copy of " + cells + " cells of sequence " + sequence + ", which ends at " + last);
            }
            return device.keep(pointer, sequence, cells);
        } finally {
            context.release();
        }
    }

    @Override
    public boolean bringBack(DeviceCopy copy, int target, int to) {
        requireSequence(target);
        MemorySegment pointer = context.acquire();
        try {
            int first = api.lastPosition(memory, target) + 1;
            if (to <= first || to > copy.cells()) {
                throw new IllegalArgumentException("positions " + first + ".." + to + " of a copy of " + copy.cells()
                        + " cells for sequence " + target);
            }
            return device.bringBack(pointer, copy, target, first, to);
        } finally {
            context.release();
        }
    }

    /** How many saved sequences are not closed. */
    int savedOpen() {
        return state.open();
    }

    private void requireSequence(int sequence) {
        check.requireSequence(sequence);
    }

    private static void requireFrom(int from) {
        if (from < 0) {
            throw new IllegalArgumentException("position " + from + " is negative");
        }
    }

    private static void requireRange(int from, int to) {
        requireFrom(from);
        if (to < from) {
            throw new IllegalArgumentException("positions " + from + " to " + to + " are no range");
        }
    }

    @Override
    public boolean canShift() {
        return canShift;
    }

    /** True for plain attention only: a recurrent state has no way back, and a window may have lost cells already. */
    @Override
    public boolean canRollBack() {
        return state.possible();
    }

    @Override
    public boolean loneRowsDiffer() {
        return loneRowsDiffer;
    }

    @Override
    public int outputsMax() {
        return outputsMax;
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int sequencesMax() {
        return sequencesMax;
    }

    @Override
    public int batchTokensMax() {
        return batchTokensMax;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public void abort() {
        context.acquire();
        try {
            abort.set();
        } finally {
            context.release();
        }
    }

    @Override
    public void close() {
        abort.set();
        context.close();
        state.closeAll();
        device.closeAll();
    }
}
