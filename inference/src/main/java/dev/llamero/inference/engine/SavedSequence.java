package dev.llamero.inference.engine;

/**
 * A sequence's cells in host memory, as {@link Decoder#save} made them; only that decoder can read them.
 *
 * <p>Owned by whoever asked for it, on the engine's thread. The decoder frees at its own close what was not closed.
 */
public interface SavedSequence extends AutoCloseable {
    /** Host memory that it takes. */
    long bytes();

    /** Frees the memory. Calling it again has no effect. */
    @Override
    void close();
}
