package dev.llamero.gateway.access;

/** A request that may not pass, or an account that cannot be; the message says why and what to do. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final long retryAfterSeconds;

    AccessException(int status, String message, long retryAfterSeconds) {
        super(message);
        this.status = status;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** HTTP status: 400, 401, 429 or 503. */
    public int status() {
        return status;
    }

    /** When to come back; 0 if time changes nothing. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
