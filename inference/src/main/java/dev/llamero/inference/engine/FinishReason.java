package dev.llamero.inference.engine;

/** Why a generation ended. */
public enum FinishReason {
    /** An end token or a stop string. */
    STOP,
    /** The token limit, or the context is full and may not shift. */
    LENGTH,
    /** The caller cancelled or closed the generation. */
    CANCELLED
}
