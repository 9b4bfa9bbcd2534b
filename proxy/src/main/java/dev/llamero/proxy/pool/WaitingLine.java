package dev.llamero.proxy.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Requests that wait for a free place, first come first served: whoever frees a place hands it to the first who can use
 * it. Bounded in length and in time. Any number of threads; while nobody waits, it costs a volatile read.
 */
final class WaitingLine {
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Place> waiting = new ArrayDeque<>();
    private final AtomicInteger length = new AtomicInteger();

    /** How many wait. */
    int length() {
        return length.get();
    }

    /**
     * Waits until something can be taken.
     *
     * @param taking takes it, or gives null; called by any thread, with the line's lock held
     * @param wait by which another thread can end the wait
     * @param lengthMax requests that may wait, this one included
     * @param timeout longest wait
     */
    Lease await(Supplier<Lease> taking, Wait wait, int lengthMax, Duration timeout) {
        var place = new Place(taking);
        lock.lock();
        try {
            waiting.add(place);
            length.incrementAndGet();
            try {
                // Before the bound is looked at: those who wait may wait for other servers.
                serve();
                if (place.lease == null && waiting.size() > lengthMax) {
                    throw full("all model servers for this model are busy and " + lengthMax
                            + " requests wait already; try again later, or raise queue-max");
                }
                return take(place, wait, timeout);
            } finally {
                waiting.remove(place);
                length.decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    private Lease take(Place place, Wait wait, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        wait.attach(() -> wake(place));
        while (place.lease == null) {
            long left = end - System.nanoTime();
            if (wait.ended()) {
                throw cancelled();
            }
            if (left <= 0) {
                throw full("no model server for this model had a free place within " + timeout.toSeconds()
                        + " s; try again later, or raise max-concurrent or queue-timeout");
            }
            try {
                // A breaker's pause ends without a signal, so one looks now and then.
                if (place.served.awaitNanos(Math.min(left, LOOK_NANOS)) <= 0) {
                    serve();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                if (place.lease == null) {
                    throw cancelled();
                }
            }
        }
        return place.lease;
    }

    /** A call has ended, so the first who can use its place gets it. */
    void placeIsFree() {
        if (length.get() == 0) {
            return;
        }
        lock.lock();
        try {
            serve();
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        for (Place place : waiting) {
            if (place.lease == null) {
                place.lease = place.taking.get();
                if (place.lease != null) {
                    place.served.signal();
                }
            }
        }
    }

    private void wake(Place place) {
        lock.lock();
        try {
            place.served.signal();
        } finally {
            lock.unlock();
        }
    }

    private static UpstreamUnavailableException cancelled() {
        return new UpstreamUnavailableException(
                UpstreamUnavailableException.Reason.CANCELLED, "the wait was given up", Duration.ZERO);
    }

    private static UpstreamUnavailableException full(String message) {
        return new UpstreamUnavailableException(
                UpstreamUnavailableException.Reason.BUSY, message, Duration.ofSeconds(1));
    }

    private final class Place {
        private final Supplier<Lease> taking;
        private final Condition served = lock.newCondition();
        private Lease lease;

        private Place(Supplier<Lease> taking) {
            this.taking = taking;
        }
    }
}
