package dev.llamero.inference.engine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Spends the time in which nothing runs on what a request would else wait for: idle conversations are copied to host
 * memory, and from there to disk, a block at a time. Their cells stay where they are, so that a next turn costs nothing
 * more; but when a long prompt of another conversation comes, they can be dropped at once. Engine's thread only.
 */
final class IdleSaver {
    private final SequenceCache cache;
    private final long quietNanos;
    private final LongSupplier nanoClock;
    private boolean saving;
    private long quietFrom;
    private boolean allSaved = true;

    /**
     * A saver over a cache.
     *
     * @param quiet how long nothing must have run before the first block is copied
     */
    IdleSaver(SequenceCache cache, Duration quiet, LongSupplier nanoClock) {
        this.cache = cache;
        this.quietNanos = quiet.toNanos();
        this.nanoClock = nanoClock;
    }

    /** Learns of a step. */
    void stepped() {
        saving = false;
        allSaved = false;
    }

    /** Saves a block, or waits until there is one to save or the thread is woken. */
    void rest() {
        if (allSaved) {
            LockSupport.park(this);
            return;
        }
        if (!saving) {
            saving = true;
            quietFrom = nanoClock.getAsLong() + quietNanos;
        }
        long wait = quietFrom - nanoClock.getAsLong();
        if (wait > 0) {
            LockSupport.parkNanos(this, wait);
        } else {
            allSaved = !cache.saveAhead();
        }
    }
}
