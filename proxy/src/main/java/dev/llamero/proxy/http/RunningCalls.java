package dev.llamero.proxy.http;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests under way, so that a stop can wait for them and then end the rest. Any number of threads. */
public final class RunningCalls {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Set<Entry> running = new HashSet<>();
    private boolean stopping;

    /**
     * Enters a request.
     *
     * @param cancel ends it, from any thread
     * @throws Refusal if the server is stopping
     */
    Entry enter(Runnable cancel) {
        lock.lock();
        try {
            if (stopping) {
                throw new Refusal(503, "shutting_down", "the proxy is stopping; try again in a moment");
            }
            var entry = new Entry(cancel);
            running.add(entry);
            return entry;
        } finally {
            lock.unlock();
        }
    }

    /** How many there are. */
    int count() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new requests, waits for those under way, then cancels what is left and waits for it to end. */
    public void drain(Duration patience, Duration afterCancel) throws InterruptedException {
        Set<Entry> rest = awaitNone(patience);
        rest.forEach(entry -> entry.cancel.run());
        awaitNone(afterCancel);
    }

    /** Those that still run after the wait. */
    private Set<Entry> awaitNone(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            stopping = true;
            long nanos = patience.toNanos();
            while (!running.isEmpty() && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
            return Set.copyOf(running);
        } finally {
            lock.unlock();
        }
    }

    /** One request under way. */
    final class Entry implements AutoCloseable {
        private final Runnable cancel;

        private Entry(Runnable cancel) {
            this.cancel = cancel;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                running.remove(this);
                left.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
