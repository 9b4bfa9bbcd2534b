package dev.llamero.inference.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Cuts off clients that do not read: a write that stands still for too long has its thread interrupted, which closes
 * the socket, and with it the work behind it ends.
 *
 * <p>Has one daemon thread of its own; {@link #begin} may be called from any thread.
 */
final class WriteWatch implements AutoCloseable {
    private final Set<Write> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("write-watch").factory());
    private final long stallNanosMax;

    /** @param stallMax longest time that one write may take */
    WriteWatch(Duration stallMax) {
        this.stallNanosMax = stallMax.toNanos();
        long period = Math.max(1, stallMax.toMillis() / 4);
        clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    /** Says that the calling thread starts a write; closing the result says that it is done. */
    Write begin() {
        var write = new Write(Thread.currentThread(), System.nanoTime());
        running.add(write);
        return write;
    }

    private void check() {
        long now = System.nanoTime();
        for (Write write : running) {
            if (now - write.startNanos > stallNanosMax && running.remove(write)) {
                write.thread.interrupt();
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** One write in progress. */
    final class Write implements AutoCloseable {
        private final Thread thread;
        private final long startNanos;

        private Write(Thread thread, long startNanos) {
            this.thread = thread;
            this.startNanos = startNanos;
        }

        @Override
        public void close() {
            running.remove(this);
        }
    }
}
