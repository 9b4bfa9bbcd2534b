package dev.llamero.models;

import java.util.List;

/**
 * What a header says of one tensor.
 *
 * @param name {@code blk.0.attn_q.weight}
 * @param dimensions row length first, as ggml counts; none to four
 * @param type how the numbers are stored
 * @param offset bytes from the start of the data section of its part
 * @param part index of the file among {@link GgufFile#parts()}; 0 unless the model is split
 */
public record GgufTensor(String name, List<Long> dimensions, GgmlType type, long offset, int part) {
    public GgufTensor {
        dimensions = List.copyOf(dimensions);
    }

    /** Numbers in the tensor; a reader has checked that the product fits. */
    public long elements() {
        long product = 1;
        for (long dimension : dimensions) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    /** Bytes of the data, without padding. */
    public long bytes() {
        return type.bytes(elements());
    }
}
