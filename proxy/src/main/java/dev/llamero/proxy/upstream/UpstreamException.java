package dev.llamero.proxy.upstream;

/** The model server did not give an answer, or not a whole one. The message is a sentence for the caller. */
public final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** A failure without a cause in the network. */
    public UpstreamException(Kind kind, String message) {
        this(kind, message, null);
    }

    UpstreamException(Kind kind, String message, Throwable cause) {
        // Failures are answers here, told apart by their kind: a stack trace would cost more than the call.
        super(message, cause, false, false);
        this.kind = kind;
    }

    /** What happened. */
    public Kind kind() {
        return kind;
    }

    /** What happened, as far as a status or a log line tells it apart. */
    public enum Kind {
        /** No connection. */
        UNREACHABLE,
        /** Connected, but a deadline passed in silence. */
        TIMEOUT,
        /** The connection ended within an answer. */
        CUT,
        /** The server answered, but with a no. */
        REFUSED,
        /** The bytes are no HTTP answer. */
        GARBLED,
        /** {@link UpstreamCall#cancel} was called. */
        CANCELLED
    }
}
