package dev.llamero.inference.engine;

import java.util.List;

/**
 * The seam to an embedding model's forward pass: whole inputs in, one pooled vector each out; nothing is kept between
 * steps.
 *
 * <p>Owned by one {@link EmbeddingEngine}, which makes every call from its own thread and closes it there.
 */
public interface VectorEncoder extends AutoCloseable {
    /**
     * Computes the vectors of some inputs in one step.
     *
     * @param inputs 1 to {@link #inputsMax()} token lists, none empty, together at most {@link #tokensMax()} tokens
     * @throws EngineException.Failed if the native library reports an error
     */
    List<float[]> encode(List<int[]> inputs);

    /** Most inputs of one step. */
    int inputsMax();

    /** Most tokens of one step, and so of one input, which is never cut over two steps. */
    int tokensMax();

    int vocabularySize();

    /** Frees the context. Calling it again has no effect. */
    @Override
    void close();
}
