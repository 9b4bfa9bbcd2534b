package dev.llamero.proxy.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Reads one client connection, and can read it while a handler runs, which is the only way to learn that the client
 * left before anything is written to it. Helidon 4.5.0 reads only between requests and tells a handler nothing.
 *
 * <p>Between requests the connection's own thread reads, within the limits of {@link ConnectionClock}. While one runs
 * for longer than a moment, a virtual thread reads one piece ahead: the end of the stream is the client leaving,
 * anything else is the next request's first bytes, kept for the connection's thread. So at most one piece is ever held.
 *
 * <p>A client that closes only its sending half counts as gone, as in Go's and most other servers.
 */
final class ReadAhead implements Supplier<byte[]>, ConnectionClock.Timed {
    private final DataReader source;
    private final ConnectionClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private boolean reading;
    private boolean ended;
    private boolean ending;
    private byte[] ahead;
    private RuntimeException failure;
    private Runnable onGone;
    private long watchedSince;
    private Phase phase = Phase.HEAD;
    private long phaseSince = System.nanoTime();
    private Thread reader;
    private boolean cut;

    ReadAhead(DataReader source, ConnectionClock clock) {
        this.source = source;
        this.clock = clock;
    }

    /** What its client is expected to do. */
    private enum Phase {
        /** Nothing yet: between two requests. */
        IDLE,
        /** To send the head of a request; also from the start, so that silent connections do not pile up. */
        HEAD,
        /** To wait for the answer. */
        ANSWER
    }

    /** For the connection's thread: the next bytes, or null at the end. */
    @Override
    public byte[] get() {
        lock.lock();
        try {
            while (reading && !ending) {
                arrived.await();
            }
            if (ending) {
                return null;
            }
            if (ahead != null) {
                byte[] piece = ahead;
                ahead = null;
                return piece;
            }
            if (failure != null) {
                throw failure;
            }
            if (ended) {
                return null;
            }
        } catch (InterruptedException e) {
            // The server interrupts idle connections to close them.
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("interrupted between requests", e);
        } finally {
            lock.unlock();
        }
        return readOwn();
    }

    /** For the connection's thread, which may be cut in here. */
    private byte[] readOwn() {
        lock.lock();
        try {
            reader = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        byte[] piece = null;
        try {
            piece = read();
            return piece;
        } finally {
            lock.lock();
            try {
                reader = null;
                if (cut) {
                    // Ours, not a stop of the server. The connection is closed already, by the interrupt.
                    Thread.interrupted();
                }
                if (phase == Phase.IDLE && piece != null) {
                    enter(Phase.HEAD);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void enter(Phase next) {
        phase = next;
        phaseSince = System.nanoTime();
    }

    @Override
    public void cutIfOverdue(long now, ConnectionClock.Limits limits) {
        lock.lock();
        try {
            long limit = phase == Phase.HEAD ? limits.headNanos() : limits.idleNanos();
            if (phase != Phase.ANSWER && reader != null && !cut && now - phaseSince > limit) {
                cut = true;
                reader.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the handler: the head is whole, and what follows has limits of its own. */
    void requestBegan() {
        phaseIs(Phase.ANSWER);
    }

    /** For the handler: the answer is sent. */
    void requestEnded() {
        phaseIs(Phase.IDLE);
    }

    private void phaseIs(Phase next) {
        lock.lock();
        try {
            enter(next);
        } finally {
            lock.unlock();
        }
    }

    /**
     * For the handler: calls {@code gone} once, from another thread, when the client leaves before {@link Watch#close}.
     */
    Watch watch(Runnable gone) {
        boolean alreadyGone;
        lock.lock();
        try {
            alreadyGone = ended || failure != null;
            onGone = alreadyGone ? null : gone;
            watchedSince = System.nanoTime();
        } finally {
            lock.unlock();
        }
        if (alreadyGone) {
            gone.run();
        } else {
            clock.requestBegan(this);
        }
        return this::unwatch;
    }

    /**
     * For the clock: begins to read ahead if the request is that old.
     *
     * @return whether nothing is left to do
     */
    boolean startWatch(long ifSince) {
        lock.lock();
        try {
            if (onGone != null && watchedSince - ifSince > 0) {
                return false;
            }
            if (onGone != null && !reading && ahead == null) {
                reading = true;
                Thread.ofVirtual().name("client-watch").start(this::readAhead);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** For the handler: the connection's thread finds the end when it looks for another request. */
    void endAfterThisRequest() {
        lock.lock();
        try {
            ending = true;
        } finally {
            lock.unlock();
        }
    }

    private void unwatch() {
        clock.requestEnded(this);
        lock.lock();
        try {
            onGone = null;
        } finally {
            lock.unlock();
        }
    }

    private void readAhead() {
        byte[] piece = null;
        RuntimeException failed = null;
        try {
            piece = read();
        } catch (RuntimeException e) {
            failed = e;
        }
        Runnable gone;
        lock.lock();
        try {
            ahead = piece;
            failure = failed;
            ended = piece == null;
            gone = ended ? onGone : null;
            onGone = ended ? null : onGone;
            reading = false;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        if (gone != null) {
            gone.run();
        }
    }

    private byte[] read() {
        try {
            source.ensureAvailable();
            return source.readBytes(source.available());
        } catch (DataReader.InsufficientDataAvailableException e) {
            return null;
        }
    }

    /** Ends the watch; the callback does not run afterwards, unless it is running already. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
