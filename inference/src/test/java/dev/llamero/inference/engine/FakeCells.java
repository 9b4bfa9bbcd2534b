package dev.llamero.inference.engine;

import java.nio.ByteBuffer;
import java.util.Set;

/** Saved cells of a {@link FakeDecoder}: token, its digest and its position, so that a wrong byte is noticed. */
final class FakeCells implements SavedSequence {
    static final int CELL_BYTES = 10;
    private static final int FACTOR = 0x9E3779B9;

    private final int from;
    private final int to;
    private final Set<SavedSequence> open;
    private final ByteBuffer content;

    /** Cells that count as open until they are closed. */
    FakeCells(int from, int to, Set<SavedSequence> open) {
        this.from = from;
        this.to = to;
        this.open = open;
        this.content = ByteBuffer.allocateDirect((to - from) * CELL_BYTES);
        open.add(this);
    }

    void put(int position, int token) {
        int at = (position - from) * CELL_BYTES;
        content.putInt(at, token).putInt(at + 4, token * FACTOR).putShort(at + 8, (short) position);
    }

    int token(int position) {
        int at = (position - from) * CELL_BYTES;
        int token = content.getInt(at);
        if (content.getInt(at + 4) != token * FACTOR || content.getShort(at + 8) != (short) position) {
            throw new IllegalStateException("decoder misused: restore of damaged cells");
        }
        return token;
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
    public long bytes() {
        return content.capacity();
    }

    @Override
    public ByteBuffer content() {
        if (!open.contains(this)) {
            throw new IllegalStateException("decoder misused: content of closed cells");
        }
        return content.duplicate();
    }

    @Override
    public void close() {
        open.remove(this);
    }
}
