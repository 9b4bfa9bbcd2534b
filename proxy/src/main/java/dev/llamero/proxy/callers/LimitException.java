package dev.llamero.proxy.callers;

import java.time.Duration;
import java.util.Optional;

/** A key has used what it may use. The message is a sentence for the caller. */
public final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Limit limit;
    private final transient Optional<Duration> retryAfter;

    /** Which limit is reached. */
    public enum Limit {
        /** Requests in a minute. */
        REQUESTS,
        /** Tokens in a minute. */
        TOKENS,
        /** Requests at once. */
        STREAMS,
        /** Tokens in a day, or in all. */
        BUDGET
    }

    LimitException(Limit limit, String message, Optional<Duration> retryAfter) {
        // A refusal is no surprise, and its trace would cost more than the request.
        super(message, null, false, false);
        this.limit = limit;
        this.retryAfter = retryAfter;
    }

    /** Which limit it was. */
    public Limit limit() {
        return limit;
    }

    /** When another try may do better; empty for never. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
