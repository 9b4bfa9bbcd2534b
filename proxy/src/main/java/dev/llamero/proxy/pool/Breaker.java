package dev.llamero.proxy.pool;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Leaves a server alone that fails again and again: after some failures in a row nothing passes for a pause, then one
 * call as a probe; each failed probe doubles the pause. Any number of threads; a closed breaker costs a volatile read.
 */
final class Breaker {
    private static final int PAUSE_DOUBLINGS_MAX = 5;

    private final int failuresMax;
    private final long firstPauseNanos;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.CLOSED;
    private volatile int failures;
    private int doublings;
    private long openUntilNanos;

    Breaker(int failuresMax, Duration firstPause, LongSupplier nanoTime) {
        this.failuresMax = failuresMax;
        this.firstPauseNanos = firstPause.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Whether calls pass. */
    enum State {
        /** All pass. */
        CLOSED,
        /** None passes. */
        OPEN,
        /** One is under way as a probe, others do not pass. */
        HALF_OPEN
    }

    /** What became of a call that wanted to pass. */
    enum Pass {
        /** It passes like any other. */
        FREE,
        /** It passes, and what comes of it decides. */
        PROBE,
        /** It does not pass. */
        REFUSED
    }

    State state() {
        return state;
    }

    /** Whether {@link #tryPass} would let a call pass now. */
    boolean wouldPass() {
        return state == State.CLOSED || waitNanos() == 0;
    }

    /** Lets a call pass, or not. A probe that passes must end in one of the methods below. */
    Pass tryPass() {
        if (state == State.CLOSED) {
            return Pass.FREE;
        }
        lock.lock();
        try {
            if (state == State.OPEN && nanoTime.getAsLong() - openUntilNanos >= 0) {
                state = State.HALF_OPEN;
                return Pass.PROBE;
            }
            return state == State.CLOSED ? Pass.FREE : Pass.REFUSED;
        } finally {
            lock.unlock();
        }
    }

    /** The server gave the first piece of an answer: a probe need not wait for the last. One more failure reopens. */
    void answering() {
        if (state == State.CLOSED) {
            return;
        }
        lock.lock();
        try {
            state = State.CLOSED;
            failures = failuresMax - 1;
        } finally {
            lock.unlock();
        }
    }

    /** A call was answered whole. */
    void succeeded() {
        if (state == State.CLOSED && failures == 0) {
            return;
        }
        lock.lock();
        try {
            state = State.CLOSED;
            failures = 0;
            doublings = 0;
        } finally {
            lock.unlock();
        }
    }

    /** A call failed by the server's fault. */
    void failed() {
        lock.lock();
        try {
            boolean probe = state == State.HALF_OPEN;
            failures = Math.min(failures + 1, failuresMax);
            if (state == State.OPEN || !probe && failures < failuresMax) {
                return;
            }
            open(firstPauseNanos << doublings);
            doublings = Math.min(doublings + 1, PAUSE_DOUBLINGS_MAX);
        } finally {
            lock.unlock();
        }
    }

    /** The probe ended without telling anything about the server, since its caller left: the next call is one. */
    void probeLost() {
        lock.lock();
        try {
            if (state == State.HALF_OPEN) {
                open(0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The server answers again, as another way has found out: the next call is the probe. */
    void shortenPause() {
        lock.lock();
        try {
            if (state == State.OPEN) {
                openUntilNanos = nanoTime.getAsLong();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Time to the next probe; 0 if one may pass now. While a probe is under way, the first pause. */
    long waitNanos() {
        lock.lock();
        try {
            return switch (state) {
                case CLOSED -> 0;
                case HALF_OPEN -> firstPauseNanos;
                case OPEN -> Math.max(0, openUntilNanos - nanoTime.getAsLong());
            };
        } finally {
            lock.unlock();
        }
    }

    private void open(long pauseNanos) {
        state = State.OPEN;
        openUntilNanos = nanoTime.getAsLong() + pauseNanos;
    }
}
