package dev.llamero.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;

/**
 * Little-endian reads from the front of a file through a small window; every read is checked against the file's end and
 * the header limit first. Ordinary reads and not a mapping: a file that another process cuts while it is mapped would
 * end the read in a fault of the JVM and not in an exception.
 */
final class HeaderInput {
    /** Metadata and tensor table; a vocabulary of 262,144 tokens with merges and scores makes some 15 MB. */
    static final long HEADER_BYTES_MAX = 128L << 20;

    private static final int WINDOW_BYTES = 64 << 10;

    private final String name;
    private final SeekableByteChannel channel;
    private final long size;
    private final ByteBuffer window;
    /** Byte in the file that follows the window's limit; always the channel's position. */
    private long windowEnd;

    HeaderInput(String name, SeekableByteChannel channel) throws IOException {
        this.name = name;
        this.channel = channel;
        this.size = channel.size();
        this.window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, Math.max(size, 8)))
                .order(ByteOrder.LITTLE_ENDIAN);
        window.limit(0);
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    long position() {
        return windowEnd - window.remaining();
    }

    /** Bytes that the header may still take. */
    long remaining() {
        return Math.min(size, HEADER_BYTES_MAX) - position();
    }

    /** Why no more bytes are left, for a message. */
    String shortage() {
        return size > HEADER_BYTES_MAX
                ? "a header has at most " + (HEADER_BYTES_MAX >> 20) + " MiB"
                : "the file is cut off or its counts are wrong";
    }

    int byteValue() throws IOException {
        need(1);
        return window.get();
    }

    short shortValue() throws IOException {
        need(2);
        return window.getShort();
    }

    int intValue() throws IOException {
        need(4);
        return window.getInt();
    }

    long longValue() throws IOException {
        need(8);
        return window.getLong();
    }

    byte[] bytes(int length) throws IOException {
        checkRoom(length);
        var bytes = new byte[length];
        copy(bytes, 0, length);
        return bytes;
    }

    /** Fills a part of an array. */
    void copy(byte[] target, int start, int length) throws IOException {
        checkRoom(length);
        int at = start;
        int left = length;
        while (left > 0) {
            if (!window.hasRemaining()) {
                refill();
            }
            int run = Math.min(left, window.remaining());
            window.get(target, at, run);
            at += run;
            left -= run;
        }
    }

    void skip(long length) throws IOException {
        checkRoom(length);
        if (length <= window.remaining()) {
            window.position(window.position() + (int) length);
            return;
        }
        windowEnd = position() + length;
        channel.position(windowEnd);
        window.limit(0);
    }

    /** A fault at the present position. */
    GgufException fault(String problem) {
        return faultAt(position(), problem);
    }

    GgufException faultAt(long offset, String problem) {
        return new GgufException(name, offset, problem);
    }

    private void need(int length) throws IOException {
        if (window.remaining() < length) {
            checkRoom(length);
            while (window.remaining() < length) {
                refill();
            }
        }
    }

    private void checkRoom(long length) throws GgufException {
        if (length < 0 || length > remaining()) {
            throw fault(length + " more bytes are needed, " + remaining() + " are left: " + shortage());
        }
    }

    private void refill() throws IOException {
        window.compact();
        int read = channel.read(window);
        window.flip();
        if (read < 0) {
            throw fault("the file became shorter while it was read");
        }
        windowEnd += read;
    }
}
