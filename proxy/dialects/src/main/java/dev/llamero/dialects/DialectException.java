package dev.llamero.dialects;

/** Carries a {@link DialectError} up to the one place that answers it. */
public final class DialectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient DialectError error;

    public DialectException(DialectError error) {
        // Stack traces of bad requests tell nothing and would cost more than the request.
        super(error.message(), null, false, false);
        this.error = error;
    }

    /** What went wrong. */
    public DialectError error() {
        return error;
    }

    static DialectException badField(String field, String message) {
        return new DialectException(new DialectError.BadField(field, message));
    }

    static DialectException garbled(String message) {
        return new DialectException(new DialectError.Garbled(message));
    }
}
