package dev.llamero.models;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * Stores rows of floats in the types that a toy model needs. The block layouts are ggml's ({@code ggml-common.h}): a
 * half-precision scale first, then for four-bit types the low nibbles of the first sixteen numbers and the high nibbles
 * of the others.
 */
final class Quantizer {
    private static final Set<GgmlType> TYPES =
            EnumSet.of(GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1);
    private static final int BLOCK = 32;

    private Quantizer() {}

    static boolean knows(GgmlType type) {
        return TYPES.contains(type);
    }

    /** Appends a row, whose length is a multiple of the type's block. */
    static void row(GgmlType type, float[] values, ByteBuffer out) {
        switch (type) {
            case F32 -> {
                for (float value : values) {
                    out.putFloat(value);
                }
            }
            case F16 -> {
                for (float value : values) {
                    out.putShort(Float.floatToFloat16(value));
                }
            }
            case BF16 -> {
                for (float value : values) {
                    out.putShort(bfloat16(value));
                }
            }
            case Q8_0 -> {
                for (int start = 0; start < values.length; start += BLOCK) {
                    q8(values, start, out);
                }
            }
            case Q4_0 -> {
                for (int start = 0; start < values.length; start += BLOCK) {
                    q4Symmetric(values, start, out);
                }
            }
            case Q4_1 -> {
                for (int start = 0; start < values.length; start += BLOCK) {
                    q4Offset(values, start, out);
                }
            }
            default -> throw new IllegalArgumentException("floats are not stored as " + type);
        }
    }

    /** The upper half of a float, rounded to even; a NaN stays one. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private static void q8(float[] values, int start, ByteBuffer out) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            largest = Math.max(largest, Math.abs(values[start + i]));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        out.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK; i++) {
            out.put((byte) Math.round(values[start + i] * inverse));
        }
    }

    /** Sixteen steps of a scale whose sign lets the number of largest size fall on step -8 exactly. */
    private static void q4Symmetric(float[] values, int start, ByteBuffer out) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            if (Math.abs(values[start + i]) > Math.abs(largest)) {
                largest = values[start + i];
            }
        }
        float scale = largest / -8;
        out.putShort(Float.floatToFloat16(scale));
        nibbles(values, start, scale, -8 * scale, out);
    }

    /** Sixteen steps from the least number of the block to the greatest. */
    private static void q4Offset(float[] values, int start, ByteBuffer out) {
        float least = values[start];
        float greatest = values[start];
        for (int i = 1; i < BLOCK; i++) {
            least = Math.min(least, values[start + i]);
            greatest = Math.max(greatest, values[start + i]);
        }
        float scale = (greatest - least) / 15;
        out.putShort(Float.floatToFloat16(scale));
        out.putShort(Float.floatToFloat16(least));
        nibbles(values, start, scale, least, out);
    }

    private static void nibbles(float[] values, int start, float scale, float zero, ByteBuffer out) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < BLOCK / 2; i++) {
            int low = step((values[start + i] - zero) * inverse);
            int high = step((values[start + i + BLOCK / 2] - zero) * inverse);
            out.put((byte) (high << 4 | low));
        }
    }

    private static int step(float position) {
        return Math.clamp(Math.round(position), 0, 15);
    }
}
