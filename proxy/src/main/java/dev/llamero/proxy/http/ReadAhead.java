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
 * <p>Between requests the connection's own thread reads. {@link #watch} starts a virtual thread that reads one piece
 * ahead: the end of the stream is the client leaving, anything else is the next request's first bytes, kept for the
 * connection's thread. So at most one piece is ever held.
 *
 * <p>A client that closes only its sending half counts as gone, as in Go's and most other servers.
 */
final class ReadAhead implements Supplier<byte[]> {
    private final DataReader source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private boolean reading;
    private boolean ended;
    private boolean ending;
    private byte[] ahead;
    private RuntimeException failure;
    private Runnable onGone;

    ReadAhead(DataReader source) {
        this.source = source;
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
                byte[] taken = ahead;
                ahead = null;
                return taken;
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
        return read();
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
            if (!alreadyGone && !reading && ahead == null) {
                reading = true;
                Thread.ofVirtual().name("client-watch").start(this::readAhead);
            }
        } finally {
            lock.unlock();
        }
        if (alreadyGone) {
            gone.run();
        }
        return this::unwatch;
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
