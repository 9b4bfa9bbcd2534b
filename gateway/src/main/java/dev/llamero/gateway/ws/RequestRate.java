package dev.llamero.gateway.ws;

import java.util.function.LongSupplier;

/** A token bucket: so many requests at once, so many per second for long. Used by one thread. */
final class RequestRate {
    static final int BURST = 60;
    static final int PER_SECOND = 20;

    private final LongSupplier nanos;
    private double tokens = BURST;
    private long lastNanos;

    RequestRate(LongSupplier nanos) {
        this.nanos = nanos;
        this.lastNanos = nanos.getAsLong();
    }

    boolean take() {
        long now = nanos.getAsLong();
        tokens = Math.min(BURST, tokens + (now - lastNanos) * 1e-9 * PER_SECOND);
        lastNanos = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
