package dev.llamero.proxy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread brings about, with a bound. */
final class Await {
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Await() {}

    /** Something that comes true. */
    interface State {
        boolean holds() throws Exception;
    }

    static void until(State state) throws Exception {
        long end = System.nanoTime() + BOUND_NANOS;
        while (!state.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come true within its bound");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
