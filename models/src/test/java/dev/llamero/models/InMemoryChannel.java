package dev.llamero.models;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A file in memory. It gives at most as many bytes per read as it is told, since a kinder double that always fills the
 * buffer would hide readers that do not read on.
 */
final class InMemoryChannel implements SeekableByteChannel {
    private final byte[] bytes;
    private final int runMax;
    private final long claimedSize;
    private int position;
    private boolean open = true;

    InMemoryChannel(byte[] bytes) {
        this(bytes, Integer.MAX_VALUE, bytes.length);
    }

    /** A file that says it is longer than it is, as one that is cut while it is read. */
    InMemoryChannel(byte[] bytes, int runMax, long claimedSize) {
        this.bytes = bytes;
        this.runMax = runMax;
        this.claimedSize = claimedSize;
    }

    @Override
    public int read(ByteBuffer target) throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (position >= bytes.length) {
            return -1;
        }
        int run = Math.min(Math.min(target.remaining(), bytes.length - position), runMax);
        target.put(bytes, position, run);
        position += run;
        return run;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = (int) Math.min(newPosition, Integer.MAX_VALUE);
        return this;
    }

    @Override
    public long size() {
        return claimedSize;
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
