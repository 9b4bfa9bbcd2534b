package dev.llamero.inference.engine;

/**
 * One model in memory, whatever it does: an {@link Engine} writes text, an {@link Embedder} makes vectors.
 *
 * <p>All methods may be called from any thread. The owner closes it; closing frees the model's memory.
 */
public interface ModelRunner extends AutoCloseable {
    Tokenizer tokenizer();

    EngineInfo info();

    /** Fails what waits and runs with {@link EngineException.Closed}, then frees the model. Again: no effect. */
    @Override
    void close();
}
