package dev.llamero.models;

import java.nio.ByteBuffer;

/** The way back from stored numbers, from ggml's definition of the types, to check what the writer stores. */
final class Dequantizer {
    private Dequantizer() {}

    static float[] numbers(GgmlType type, ByteBuffer data, int count) {
        var numbers = new float[count];
        for (int i = 0; i < count; i += type.blockElements()) {
            switch (type) {
                case F32 -> numbers[i] = data.getFloat();
                case F16 -> numbers[i] = Float.float16ToFloat(data.getShort());
                case BF16 -> numbers[i] = Float.intBitsToFloat(data.getShort() << 16);
                case Q8_0 -> {
                    float scale = Float.float16ToFloat(data.getShort());
                    for (int j = 0; j < 32; j++) {
                        numbers[i + j] = scale * data.get();
                    }
                }
                case Q4_0 -> {
                    float scale = Float.float16ToFloat(data.getShort());
                    nibbles(data, numbers, i, scale, -8 * scale);
                }
                case Q4_1 -> {
                    float scale = Float.float16ToFloat(data.getShort());
                    nibbles(data, numbers, i, scale, Float.float16ToFloat(data.getShort()));
                }
                default -> throw new IllegalArgumentException(type.toString());
            }
        }
        return numbers;
    }

    private static void nibbles(ByteBuffer data, float[] numbers, int start, float scale, float zero) {
        for (int j = 0; j < 16; j++) {
            int both = data.get();
            numbers[start + j] = zero + scale * (both & 0xF);
            numbers[start + j + 16] = zero + scale * (both >> 4 & 0xF);
        }
    }
}
