package dev.llamero.proxy.http;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The one timer of all client connections. It cuts those that are slower with their head or with reading, or idle for
 * longer, than the limits allow, and it begins to read ahead where a request runs for longer than a moment: most that
 * fail or are cached do not, and a thread for each of those would cost more than they do. Any thread registers; one
 * thread looks.
 */
public final class ConnectionClock implements AutoCloseable {
    /** A request this old is watched. A client that leaves earlier is noticed this much later. */
    private static final long WATCH_AFTER_NANOS = Duration.ofMillis(10).toNanos();

    private static final int LOOKS_PER_LIMIT = 8;

    private final Limits limits;
    private final long lookNanos;
    private final Set<Timed> connections = ConcurrentHashMap.newKeySet();
    private final Set<ReadAhead> unwatched = ConcurrentHashMap.newKeySet();
    private final Map<Thread, Long> handshakes = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().name("connection-clock").daemon().unstarted(this::run);
    private volatile boolean closed;

    /**
     * Starts its thread.
     *
     * @param head longest time from a connection's start, or a request's first byte, to the end of its headers
     * @param idle longest time between two requests
     * @param write longest time of one write, which is the client's to read
     */
    public ConnectionClock(Duration head, Duration idle, Duration write) {
        this.limits = new Limits(head.toNanos(), idle.toNanos(), write.toNanos());
        this.lookNanos = Math.max(1, limits.shortest() / LOOKS_PER_LIMIT);
        thread.start();
    }

    /** For a connection's own thread, which is interrupted if {@link #handshakeEnded} does not follow in time. */
    void handshakeBegan() {
        handshakes.put(Thread.currentThread(), System.nanoTime());
    }

    /** For a connection's own thread. */
    void handshakeEnded() {
        if (!handshakes.isEmpty()) {
            handshakes.remove(Thread.currentThread());
        }
    }

    /** How long a client may take, in nanoseconds: for a head, without a request, to read what is written to it. */
    record Limits(long headNanos, long idleNanos, long writeNanos) {
        private long shortest() {
            return Math.min(writeNanos, Math.min(headNanos, idleNanos));
        }
    }

    /** The reading or the writing side of a connection. */
    interface Timed {
        /** Ends the connection if its client has taken longer than it may. */
        void cutIfOverdue(long now, Limits limits);
    }

    void opened(Timed connection) {
        connections.add(connection);
    }

    void closed(Timed connection) {
        connections.remove(connection);
        if (connection instanceof ReadAhead ahead) {
            unwatched.remove(ahead);
        }
    }

    /** A request began: {@link ReadAhead#startWatch} is due unless it ends first. */
    void requestBegan(ReadAhead connection) {
        boolean first = unwatched.isEmpty();
        unwatched.add(connection);
        if (first) {
            LockSupport.unpark(thread);
        }
    }

    void requestEnded(ReadAhead connection) {
        unwatched.remove(connection);
    }

    private void run() {
        long looked = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(unwatched.isEmpty() ? lookNanos : Math.min(lookNanos, WATCH_AFTER_NANOS));
            long now = System.nanoTime();
            for (ReadAhead connection : unwatched) {
                if (connection.startWatch(now - WATCH_AFTER_NANOS)) {
                    unwatched.remove(connection);
                }
            }
            if (now - looked >= lookNanos) {
                looked = now;
                handshakes.forEach((handshaking, began) -> {
                    if (now - began > limits.headNanos() && handshakes.remove(handshaking, began)) {
                        // A handshake that failed long ago has left a thread that has ended: nothing happens to it.
                        handshaking.interrupt();
                    }
                });
                connections.forEach(connection -> connection.cutIfOverdue(now, limits));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
