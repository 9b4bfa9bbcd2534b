package dev.llamero.inference.llama;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Owns one native object, and lends it to threads while it is open.
 *
 * <p>Any number of threads may hold it at once; closing waits for them, frees the object once, and from then on asking
 * for it is an {@link IllegalStateException}. So neither a second close nor a late caller reaches freed memory.
 */
final class NativeHandle implements AutoCloseable {
    private final String what;
    private final Consumer<MemorySegment> free;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private MemorySegment address;

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
        lock.readLock().lock();
        if (address == null) {
            lock.readLock().unlock();
            throw new IllegalStateException(what + " is closed");
        }
        return address;
    }

    void release() {
        lock.readLock().unlock();
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
        lock.readLock().lock();
        try {
            if (address != null) {
                work.accept(address);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Frees the object when no thread holds it. Again: no effect. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (address != null) {
                MemorySegment closing = address;
                address = null;
                free.accept(closing);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
