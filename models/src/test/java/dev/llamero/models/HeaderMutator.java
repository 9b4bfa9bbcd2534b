package dev.llamero.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages files the way accidents and attackers do; the same random numbers give the same damage. */
final class HeaderMutator {
    private static final int BYTES_MAX = 64 << 10;
    private static final long[] TELLING = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        12,
        13,
        31,
        32,
        64,
        255,
        256,
        1023,
        1025,
        65_535,
        65_536,
        1 << 24,
        (1 << 24) + 1,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFF_FFFFL,
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -32
    };

    private final SplittableRandom random;
    private final List<byte[]> originals;

    HeaderMutator(SplittableRandom random, List<byte[]> originals) {
        this.random = random;
        this.originals = originals;
    }

    byte[] next() {
        byte[] bytes = original().clone();
        int rounds = 1 + random.nextInt(4);
        for (int i = 0; i < rounds && bytes.length > 0; i++) {
            bytes = damage(bytes);
        }
        return bytes;
    }

    private byte[] original() {
        return originals.get(random.nextInt(originals.size()));
    }

    private byte[] damage(byte[] bytes) {
        return switch (random.nextInt(10)) {
            case 0 -> flipBit(bytes);
            case 1 -> setByte(bytes);
            case 2, 3, 4 -> putNumber(bytes);
            case 5 -> addToNumber(bytes);
            case 6 -> Arrays.copyOf(bytes, position(bytes));
            case 7 -> repeatRun(bytes);
            case 8 -> dropRun(bytes);
            default -> splice(bytes);
        };
    }

    /** Half of all damage goes to the first 512 bytes, where the counts are. */
    private int position(byte[] bytes) {
        return random.nextInt(random.nextBoolean() ? bytes.length : Math.min(512, bytes.length));
    }

    private byte[] flipBit(byte[] bytes) {
        bytes[position(bytes)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    private byte[] setByte(byte[] bytes) {
        bytes[position(bytes)] = (byte) random.nextInt();
        return bytes;
    }

    private byte[] putNumber(byte[] bytes) {
        long number = TELLING[random.nextInt(TELLING.length)];
        int width = random.nextBoolean() ? Long.BYTES : Integer.BYTES;
        if (bytes.length >= Long.BYTES) {
            var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int at = Math.min(position(bytes), bytes.length - Long.BYTES);
            if (width == Long.BYTES) {
                buffer.putLong(at, number);
            } else {
                buffer.putInt(at, (int) number);
            }
        }
        return bytes;
    }

    private byte[] addToNumber(byte[] bytes) {
        if (bytes.length >= Integer.BYTES) {
            var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int at = Math.min(position(bytes), bytes.length - Integer.BYTES);
            buffer.putInt(at, buffer.getInt(at) + random.nextInt(-9, 10));
        }
        return bytes;
    }

    private byte[] repeatRun(byte[] bytes) {
        int start = position(bytes);
        int length = Math.min(1 + random.nextInt(64), bytes.length - start);
        if (bytes.length + length > BYTES_MAX) {
            return bytes;
        }
        return join(bytes, start + length, bytes, start);
    }

    private byte[] dropRun(byte[] bytes) {
        int start = position(bytes);
        int end = Math.min(bytes.length, start + 1 + random.nextInt(64));
        return join(bytes, start, bytes, end);
    }

    private byte[] splice(byte[] bytes) {
        byte[] other = original();
        return join(bytes, position(bytes), other, position(other));
    }

    /** The front of one up to an index, then the other from an index on. */
    private static byte[] join(byte[] front, int frontEnd, byte[] back, int backStart) {
        byte[] joined = Arrays.copyOf(front, Math.min(BYTES_MAX, frontEnd + back.length - backStart));
        System.arraycopy(back, backStart, joined, frontEnd, joined.length - frontEnd);
        return joined;
    }
}
