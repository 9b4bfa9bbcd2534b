package dev.llamero.inference.engine;

/**
 * A copy of a sequence's first cells in the memory of the device that computes, outside of the KV cache, as {@link
 * Decoder#keep} made it. No step reads it, and it takes no cells.
 *
 * <p>Owned by whoever asked for it, who closes it on the decoder's thread; what is open when the decoder closes is
 * freed with it.
 */
public interface DeviceCopy extends AutoCloseable {
    /** How many cells, from position 0. */
    int cells();

    /** Memory of the device that it takes. */
    long bytes();

    /** Frees the memory, but for one cell of each copy that was ever open at once. Again: no effect. */
    @Override
    void close();
}
