package dev.llamero.inference.llama;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Owns one native object, and lends it to threads while it is open.
 *
 * <p>Any number of threads may hold it at once; closing waits for them, frees the object once, and from the moment when
 * closing begins asking for it is an {@link IllegalStateException}. So neither a second close nor a late caller reaches
 * freed memory. It is held several times per token, so holders are only counted: a read-write lock makes an object for
 * each.
 */
final class NativeHandle implements AutoCloseable {
    /** Added to the holders when closing begins: their number is negative from then on. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final String what;
    private final MemorySegment address;
    private final Consumer<MemorySegment> free;
    private final AtomicInteger holders = new AtomicInteger();
    private volatile Thread closer;

    /**
     * Takes over a native object.
     *
     * @param what its name in error messages
     * @param free frees it; called once
     */
    NativeHandle(String what, MemorySegment address, Consumer<MemorySegment> free) {
        this.what = what;
        this.address = address;
        this.free = free;
    }

    /** The object, until {@link #release}; every call needs a {@code finally} that releases. */
    MemorySegment acquire() {
        if (!hold()) {
            throw new IllegalStateException(what + " is closed");
        }
        return address;
    }

    /** Counts one more holder, unless closing has begun. */
    private boolean hold() {
        int seen = holders.get();
        while (seen >= 0) {
            int held = holders.compareAndExchange(seen, seen + 1);
            if (held == seen) {
                return true;
            }
            seen = held;
        }
        return false;
    }

    void release() {
        if (holders.decrementAndGet() == CLOSED) {
            LockSupport.unpark(closer);
        }
    }

    /** Asks the object one question. */
    <T> T ask(Function<MemorySegment, T> question) {
        MemorySegment lent = acquire();
        try {
            return question.apply(lent);
        } finally {
            release();
        }
    }

    /** Works with the object, unless it is closed. */
    void ifOpen(Consumer<MemorySegment> work) {
        if (hold()) {
            try {
                work.accept(address);
            } finally {
                release();
            }
        }
    }

    /** Frees the object when no thread holds it. Again: waits for the first call, no other effect. */
    @Override
    public synchronized void close() {
        if (holders.get() < 0) {
            return;
        }
        closer = Thread.currentThread();
        holders.getAndAdd(CLOSED);
        boolean interrupted = false;
        while (holders.get() != CLOSED) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        free.accept(address);
    }
}
