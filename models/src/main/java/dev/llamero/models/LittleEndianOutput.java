package dev.llamero.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Buffered little-endian writes that know their position. Not for use by several threads. */
final class LittleEndianOutput {
    private static final int BUFFER_BYTES = 1 << 20;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long flushed;

    LittleEndianOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    long position() {
        return flushed + buffer.position();
    }

    LittleEndianOutput byteValue(long value) throws IOException {
        room(1).put((byte) value);
        return this;
    }

    LittleEndianOutput shortValue(long value) throws IOException {
        room(2).putShort((short) value);
        return this;
    }

    LittleEndianOutput intValue(long value) throws IOException {
        room(4).putInt((int) value);
        return this;
    }

    LittleEndianOutput longValue(long value) throws IOException {
        room(8).putLong(value);
        return this;
    }

    LittleEndianOutput text(String value) throws IOException {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    LittleEndianOutput string(byte[] value) throws IOException {
        return longValue(value.length).bytes(ByteBuffer.wrap(value));
    }

    LittleEndianOutput bytes(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            int run = Math.min(room(1).remaining(), source.remaining());
            buffer.put(source.slice(source.position(), run));
            source.position(source.position() + run);
        }
        return this;
    }

    LittleEndianOutput padTo(long alignment) throws IOException {
        while (position() % alignment != 0) {
            byteValue(0);
        }
        return this;
    }

    void flush() throws IOException {
        buffer.flip();
        flushed += buffer.remaining();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }
}
