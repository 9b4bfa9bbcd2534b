package dev.llamero.proxy.upstream;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends a write that a server does not read. Sockets have a deadline for reads only; so one timer thread closes the
 * connection of a large request that is not through in time. Small requests fit into the socket's buffer and need none.
 */
final class WriteDeadlines {
    private static final int SMALL_BYTES = 16 << 10;
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private WriteDeadlines() {}

    /** Closes the connection after that time, unless the watch is closed before. */
    static Watch watch(UpstreamConnection connection, int bytes, Duration deadline) {
        if (bytes <= SMALL_BYTES) {
            return () -> {};
        }
        ScheduledFuture<?> overdue = TIMER.schedule(connection::close, deadline.toNanos(), TimeUnit.NANOSECONDS);
        return () -> overdue.cancel(false);
    }

    private static ScheduledThreadPoolExecutor timer() {
        var timer = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name("write-deadlines").daemon().unstarted(task));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** The time of one write. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
