package dev.llamero.inference.llama;

/** How the KV cache stores keys and values. */
public enum KvType {
    /** Half precision, 2 bytes per value. */
    F16(1, 2.0),
    /** Blocks of 32 values with one scale, 34 bytes per block; needs a head size that is a multiple of 32. */
    Q8_0(8, 34.0 / 32.0);

    /** Value of ggml's {@code enum ggml_type}. */
    final int ggmlType;

    private final double bytesPerValue;

    KvType(int ggmlType, double bytesPerValue) {
        this.ggmlType = ggmlType;
        this.bytesPerValue = bytesPerValue;
    }

    /** Memory of this many values, in bytes. */
    public long bytes(long values) {
        return (long) Math.ceil(values * bytesPerValue);
    }
}
