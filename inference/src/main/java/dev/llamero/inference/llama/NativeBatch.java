package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.llamero.inference.engine.Batch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A {@code llama_batch} and its arrays in native memory, allocated once. Every row belongs to one sequence. */
final class NativeBatch {
    private static final long ROWS = Layouts.offset(Layouts.BATCH, "n_tokens");

    private final MemorySegment struct;
    private final MemorySegment tokens;
    private final MemorySegment positions;
    private final MemorySegment sequences;
    private final MemorySegment outputs;

    NativeBatch(Arena arena, int rowsMax) {
        tokens = arena.allocate(JAVA_INT, rowsMax);
        positions = arena.allocate(JAVA_INT, rowsMax);
        sequences = arena.allocate(JAVA_INT, rowsMax);
        outputs = arena.allocate(JAVA_BYTE, rowsMax);
        MemorySegment counts = arena.allocate(JAVA_INT, rowsMax);
        MemorySegment lists = arena.allocate(ADDRESS, rowsMax);
        for (int row = 0; row < rowsMax; row++) {
            counts.setAtIndex(JAVA_INT, row, 1);
            lists.setAtIndex(ADDRESS, row, sequences.asSlice((long) row * Integer.BYTES));
        }
        struct = arena.allocate(Layouts.BATCH);
        point("token", tokens);
        point("pos", positions);
        point("n_seq_id", counts);
        point("seq_id", lists);
        point("logits", outputs);
    }

    private void point(String field, MemorySegment array) {
        struct.set(ADDRESS, Layouts.offset(Layouts.BATCH, field), array);
    }

    /** Copies the rows in, and gives the struct for the call. */
    MemorySegment fill(Batch batch) {
        for (int row = 0; row < batch.size(); row++) {
            tokens.setAtIndex(JAVA_INT, row, batch.token(row));
            positions.setAtIndex(JAVA_INT, row, batch.position(row));
            sequences.setAtIndex(JAVA_INT, row, batch.sequence(row));
            outputs.set(JAVA_BYTE, row, (byte) (batch.wantsLogits(row) ? 1 : 0));
        }
        struct.set(JAVA_INT, ROWS, batch.size());
        return struct;
    }
}
