package dev.llamero.gateway.ws;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What waits to be sent to one browser, bounded in number and characters, and the one virtual thread that sends it.
 *
 * <p>Adding never blocks: a browser that does not read is dropped, with the reason, and comes back by itself with the
 * history. All writes to the socket, pongs included, come from here, since Helidon 4.3.1 has no lock of its own.
 */
final class Outbox {
    static final int FRAMES_MAX = 4096;
    static final long CHARS_MAX = 8L << 20;
    /** A single write that takes longer means that nobody reads. */
    static final long WRITE_NANOS_MAX = 20_000_000_000L;

    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final Consumer<Frame> writer;
    private final Runnable slow;
    private final Runnable left;
    private long chars;
    private boolean closed;
    private long writingSinceNanos;

    /**
     * Starts the thread.
     *
     * @param writer writes one frame to the socket; may block and may throw
     * @param slow is called when more waits than may
     * @param left is called when a write failed
     */
    Outbox(Consumer<Frame> writer, Runnable slow, Runnable left) {
        this.writer = writer;
        this.slow = slow;
        this.left = left;
        Thread.ofVirtual().name("outbox").start(this::send);
    }

    /** Queues a frame; after the end it is dropped silently. */
    void add(Frame frame) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            frames.add(frame);
            chars += frame.size();
            if (frames.size() > FRAMES_MAX || chars > CHARS_MAX) {
                closed = true;
                frames.clear();
            }
            changed.signal();
            if (!closed) {
                return;
            }
        } finally {
            lock.unlock();
        }
        slow.run();
    }

    /** Whether one write has been stuck for too long; the caller closes the socket. */
    boolean isStuck(long nowNanos) {
        lock.lock();
        try {
            return writingSinceNanos != 0 && nowNanos - writingSinceNanos > WRITE_NANOS_MAX;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of what waits, sends one last frame after the write that runs, and ends the thread. */
    void closeWith(Frame last) {
        lock.lock();
        try {
            closed = true;
            frames.clear();
            frames.add(last);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of what waits and ends the thread. */
    void close() {
        lock.lock();
        try {
            closed = true;
            frames.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void send() {
        try {
            Optional<Frame> next = take();
            while (next.isPresent()) {
                writer.accept(next.get());
                if (next.get() instanceof Frame.Close) {
                    close();
                }
                next = take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "a browser left while something was sent to it", e);
            close();
            left.run();
        }
    }

    private Optional<Frame> take() throws InterruptedException {
        lock.lock();
        try {
            writingSinceNanos = 0;
            while (frames.isEmpty() && !closed) {
                changed.await();
            }
            Frame next = frames.poll();
            if (next == null) {
                return Optional.empty();
            }
            chars -= next.size();
            writingSinceNanos = System.nanoTime();
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    /** What can be sent. */
    sealed interface Frame {
        default int size() {
            return 16;
        }

        /** @param endOf id of the turn whose end it tells; else empty */
        record Text(String text, String endOf) implements Frame {
            Text(String text) {
                this(text, "");
            }

            @Override
            public int size() {
                return text.length();
            }
        }

        record Ping() implements Frame {}

        record Pong(byte[] payload) implements Frame {}

        record Close(int code, String reason) implements Frame {}
    }
}
