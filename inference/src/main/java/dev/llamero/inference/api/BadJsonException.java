package dev.llamero.inference.api;

/**
 * A body is not what the endpoint reads. The message is the text that Go's decoder would give, since clients show it.
 */
public final class BadJsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean empty;

    BadJsonException(String message) {
        this(message, false);
    }

    private BadJsonException(String message, boolean empty) {
        super(message);
        this.empty = empty;
    }

    /** There is no value at all. */
    public static BadJsonException empty() {
        return new BadJsonException("EOF", true);
    }

    /** Whether there was no value at all. */
    public boolean isEmpty() {
        return empty;
    }
}
