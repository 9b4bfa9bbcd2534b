package dev.llamero.gateway.ws;

import java.util.function.LongSupplier;

/** A token bucket: so many requests at once, so many per second for long. Used by one thread. */
final class RequestRate {
    static final int BURST = 60;
    static final int PER_SECOND = 20;

    private final LongSupplier nanos;
    private final int burst;
    private final int perSecond;
    private double tokens;
    private long lastNanos;

    /** For one page. */
    RequestRate(LongSupplier nanos) {
        this(nanos, BURST, PER_SECOND);
    }

    RequestRate(LongSupplier nanos, int burst, int perSecond) {
        this.nanos = nanos;
        this.burst = burst;
        this.perSecond = perSecond;
        this.tokens = burst;
        this.lastNanos = nanos.getAsLong();
    }

    boolean take() {
        long now = nanos.getAsLong();
        tokens = Math.min(burst, tokens + (now - lastNanos) * 1e-9 * perSecond);
        lastNanos = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
