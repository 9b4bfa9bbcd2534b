package dev.llamero.inference.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes only when a test says so. */
final class FakeClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(1);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    void pass(long more) {
        nanos.addAndGet(more);
    }
}
