package dev.llamero.proxy.pool;

import java.time.Duration;

/** No server takes the request now: each is left alone or full. It says when to try again. */
public final class UpstreamUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient Duration retryAfter;

    UpstreamUnavailableException(Reason reason, String message, Duration retryAfter) {
        super(message, null, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** Why. */
    public enum Reason {
        /** Breakers are open. */
        OPEN,
        /** All places are taken, and so is the queue, or the wait was too long. */
        BUSY,
        /** The wait was given up from outside. */
        CANCELLED
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** Earliest time at which another try may do better. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
