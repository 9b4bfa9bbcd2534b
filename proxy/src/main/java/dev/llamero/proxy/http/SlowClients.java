package dev.llamero.proxy.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Cuts clients that stop reading their answer or sending their request. Helidon 4.5.0 has no deadline for either: the
 * request's thread would wait for ever, and the model server with it. One timer thread looks at the requests; an
 * interrupt closes the connection that a thread is blocked on, which here is the aim.
 */
public final class SlowClients implements AutoCloseable {
    private static final int CHECKS_PER_LIMIT = 4;

    private final long limitNanos;
    private final long bodyNanos;
    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("slow-clients").daemon().unstarted(task));

    /**
     * @param limit longest time for one read or write
     * @param body longest time for a request's body in all
     */
    public SlowClients(Duration limit, Duration body) {
        this.bodyNanos = body.toNanos();
        this.limitNanos = limit.toNanos();
        long pause = Math.max(1, limitNanos / CHECKS_PER_LIMIT);
        timer.scheduleWithFixedDelay(this::check, pause, pause, TimeUnit.NANOSECONDS);
    }

    /** For the calling thread, until it is closed. */
    Guard guard() {
        var guard = new Guard(Thread.currentThread());
        guards.add(guard);
        return guard;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void check() {
        long now = System.nanoTime();
        guards.forEach(guard -> guard.interruptIfStalled(now));
    }

    /** Watches the reads and writes of one request's thread. */
    final class Guard implements AutoCloseable {
        private final Thread thread;
        private final ReentrantLock lock = new ReentrantLock();
        private long sinceNanos;
        private boolean waiting;
        private boolean cut;

        private Guard(Thread thread) {
            this.thread = thread;
        }

        /** Runs one read or write on the client's connection. */
        <E extends Exception> void io(Io<E> io) throws E {
            lock.lock();
            try {
                sinceNanos = System.nanoTime();
                waiting = true;
            } finally {
                lock.unlock();
            }
            try {
                io.run();
            } finally {
                lock.lock();
                try {
                    waiting = false;
                    if (cut) {
                        // Ours, not a stop of the server: it must not reach the next request of this thread.
                        Thread.interrupted();
                    }
                } finally {
                    lock.unlock();
                }
            }
        }

        /** Whether the client was too slow once; over HTTP/2 that looks like the end of a body. */
        boolean wasCut() {
            lock.lock();
            try {
                return cut;
            } finally {
                lock.unlock();
            }
        }

        /** Longest time for a body. */
        long bodyNanos() {
            return bodyNanos;
        }

        private void interruptIfStalled(long nowNanos) {
            lock.lock();
            try {
                if (waiting && !cut && nowNanos - sinceNanos > limitNanos) {
                    cut = true;
                    thread.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            guards.remove(this);
        }
    }

    /** One read or write. */
    interface Io<E extends Exception> {
        void run() throws E;
    }
}
