package dev.llamero.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** An array of numbers or flags, kept as the bytes of the file. */
public final class GgufNumbers implements GgufValue.Array {
    private final GgufType elementType;
    private final ByteBuffer bytes;
    private final int size;

    /** Takes the bytes over: the caller must not change them afterwards. */
    GgufNumbers(GgufType elementType, byte[] bytes) {
        if (elementType == GgufType.STRING || elementType == GgufType.ARRAY) {
            throw new IllegalArgumentException(elementType + " has no fixed width");
        }
        this.elementType = elementType;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.size = bytes.length / elementType.bytesMin();
    }

    static GgufNumbers of(int[] values) {
        var buffer = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(values);
        return new GgufNumbers(GgufType.INT32, buffer.array());
    }

    static GgufNumbers of(float[] values) {
        var buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new GgufNumbers(GgufType.FLOAT32, buffer.array());
    }

    @Override
    public GgufType elementType() {
        return elementType;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public GgufValue get(int index) {
        return switch (elementType) {
            case FLOAT32, FLOAT64 -> new GgufValue.Real(elementType, realAt(index));
            case BOOL -> new GgufValue.Flag(wholeAt(index) != 0);
            default -> new GgufValue.Whole(elementType, wholeAt(index));
        };
    }

    /**
     * A whole number, or a flag as 0 or 1.
     *
     * @throws IllegalStateException if the elements are floating-point numbers
     */
    public long wholeAt(int index) {
        int at = Objects.checkIndex(index, size) * elementType.bytesMin();
        return switch (elementType) {
            case UINT8 -> Byte.toUnsignedLong(bytes.get(at));
            case INT8 -> bytes.get(at);
            case BOOL -> bytes.get(at) == 0 ? 0 : 1;
            case UINT16 -> Short.toUnsignedLong(bytes.getShort(at));
            case INT16 -> bytes.getShort(at);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case INT32 -> bytes.getInt(at);
            case UINT64, INT64 -> bytes.getLong(at);
            default -> throw new IllegalStateException("the array holds " + elementType);
        };
    }

    /** A number as floating point. */
    public double realAt(int index) {
        int at = Objects.checkIndex(index, size) * elementType.bytesMin();
        return switch (elementType) {
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT64 -> bytes.getDouble(at);
            default -> wholeAt(index);
        };
    }

    /** The bytes as they stand in a file. */
    ByteBuffer bytes() {
        return bytes.asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GgufNumbers that
                && elementType == that.elementType
                && Arrays.equals(bytes.array(), that.bytes.array());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes.array());
    }

    @Override
    public String toString() {
        return size + " x " + elementType;
    }
}
