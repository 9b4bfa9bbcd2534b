package dev.llamero.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a GGUF header byte by byte, so that tests can say what no writer would. */
final class RawHeader {
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

    /** A header of version 3 that announces so many tensors and keys. */
    static RawHeader announcing(long tensors, long keys) {
        return new RawHeader().ascii("GGUF").u32(3).u64(tensors).u64(keys);
    }

    RawHeader ascii(String text) {
        bytes.put(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    RawHeader u8(int value) {
        bytes.put((byte) value);
        return this;
    }

    RawHeader u16(int value) {
        bytes.putShort((short) value);
        return this;
    }

    RawHeader u32(long value) {
        bytes.putInt((int) value);
        return this;
    }

    RawHeader u64(long value) {
        bytes.putLong(value);
        return this;
    }

    RawHeader f32(float value) {
        bytes.putFloat(value);
        return this;
    }

    RawHeader f64(double value) {
        bytes.putDouble(value);
        return this;
    }

    RawHeader string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        u64(utf8.length);
        bytes.put(utf8);
        return this;
    }

    RawHeader key(String name, GgufType type) {
        return string(name).u32(type.ordinal());
    }

    RawHeader tensor(String name, GgmlType type, long offset, long... dimensions) {
        string(name).u32(dimensions.length);
        for (long dimension : dimensions) {
            u64(dimension);
        }
        return u32(type.id()).u64(offset);
    }

    RawHeader zeros(int count) {
        bytes.put(new byte[count]);
        return this;
    }

    RawHeader padTo(int alignment) {
        while (bytes.position() % alignment != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
