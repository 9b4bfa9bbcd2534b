package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.llamero.inference.engine.SavedSequence;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cells of a sequence in memory from {@code malloc}: an arena would write zeros over it first, which is as long as the
 * copy. The decoder keeps a list of those that are open ({@link Open}) and frees the rest when it closes.
 */
final class SavedCells implements SavedSequence {
    private static final MethodHandle MALLOC =
            Native.libraryHandle("malloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    private static final MethodHandle FREE = Native.libraryHandle("free", FunctionDescriptor.ofVoid(ADDRESS));

    private final Open owner;
    private final MemorySegment memory;
    private final int from;
    private final int to;

    private SavedCells(Open owner, MemorySegment memory, int from, int to) {
        this.owner = owner;
        this.memory = memory;
        this.from = from;
        this.to = to;
    }

    /** All that one decoder saved and nobody closed yet. Any thread. */
    static final class Open {
        private final Set<SavedCells> saved = ConcurrentHashMap.newKeySet();

        /** Memory for the cells of these positions, to be filled; empty if the system has none. */
        Optional<SavedCells> allocate(long bytes, int from, int to) {
            MemorySegment memory = malloc(bytes);
            if (memory.address() == 0) {
                return Optional.empty();
            }
            SavedCells made = new SavedCells(this, Native.bytes(memory, bytes), from, to);
            saved.add(made);
            return Optional.of(made);
        }

        boolean holds(SavedSequence candidate) {
            return candidate instanceof SavedCells cells && saved.contains(cells);
        }

        void closeAll() {
            saved.forEach(SavedCells::close);
        }

        int count() {
            return saved.size();
        }
    }

    /** The library's format, of {@code llama_state_seq_get_data}. */
    MemorySegment memory() {
        return memory;
    }

    @Override
    public int from() {
        return from;
    }

    @Override
    public int to() {
        return to;
    }

    @Override
    public ByteBuffer content() {
        return memory.asByteBuffer();
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        if (owner.saved.remove(this)) {
            free(memory);
        }
    }

    private static MemorySegment malloc(long bytes) {
        try {
            return (MemorySegment) MALLOC.invokeExact(bytes);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
