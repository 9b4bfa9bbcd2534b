package dev.llamero.inference.engine;

/**
 * What the next token may be, for structured output. One instance per generation, used on the engine's thread.
 *
 * <p>The sampler first picks a token freely and asks {@link #allows}; only when that is refused it calls {@link #mask}
 * and picks again, since masking a whole vocabulary is dear.
 */
public interface TokenConstraint extends AutoCloseable {
    /** Whether this token may come next. */
    boolean allows(int token);

    /** Sets the logits of all tokens that may not come next to negative infinity. */
    void mask(float[] logits);

    /** Tells that this token was chosen. */
    void accept(int token);

    @Override
    void close();
}
