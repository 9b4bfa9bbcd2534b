package dev.llamero.inference.engine;

import java.nio.ByteBuffer;

/**
 * Cells of consecutive positions of a sequence in host memory, as {@link Decoder#save} made them. Only a decoder of the
 * same model, library and kind of cells can read them.
 *
 * <p>Owned by whoever asked for it, who frees it. The decoder frees at its own close what was not closed.
 */
public interface SavedSequence extends AutoCloseable {
    /** The first position. */
    int from();

    /** The position behind the last. */
    int to();

    /** Host memory that it takes. */
    long bytes();

    /** The memory itself, from position 0 to its end; not to be used after {@link #close}. Any thread may read it. */
    ByteBuffer content();

    /** Frees the memory. Calling it again has no effect. */
    @Override
    void close();
}
