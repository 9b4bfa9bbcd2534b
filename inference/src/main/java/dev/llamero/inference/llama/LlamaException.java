package dev.llamero.inference.llama;

/** The native library refused something: the message says which function, with what code, and what was asked. */
public final class LlamaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error in words. */
    public LlamaException(String message) {
        super(message);
    }

    /** An error in words, and what led to it. */
    public LlamaException(String message, Throwable cause) {
        super(message, cause);
    }
}
