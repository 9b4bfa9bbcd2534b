package dev.llamero.proxy.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Looks at the frames of one HTTP/2 connection as they pass (RFC 9113, section 4.1): calls back when a client resets a
 * stream, or leaves, and ends connections whose client is slow with a frame or with headers, or idle. The connection's
 * thread reads; any thread watches.
 */
final class CancelledStreams implements Supplier<byte[]>, ConnectionClock.Timed {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int TYPE = 3;
    private static final int FLAGS = 4;
    private static final int STREAM_ID = 5;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private final DataReader source;
    private final int headBytes;
    private final Map<Integer, Runnable> watches = new ConcurrentHashMap<>();
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerFilled;
    private int toSkip = PREFACE_BYTES;
    private boolean headOpen;
    private long headSeen;
    private boolean inBody;
    private volatile boolean gone;

    private final ReentrantLock lock = new ReentrantLock();
    private Thread reader;
    private boolean cut;
    private boolean between;
    private long since = System.nanoTime();
    private long leftReading = since;

    /**
     * @param headBytes largest block of headers, as it comes over the wire: Helidon 4.5.0 announces a bound and keeps
     * none
     */
    CancelledStreams(DataReader source, int headBytes) {
        this.source = source;
        this.headBytes = headBytes;
    }

    @Override
    public byte[] get() {
        enter();
        try {
            source.ensureAvailable();
            byte[] piece = source.readBytes(source.available());
            look(piece);
            return piece;
        } catch (DataReader.InsufficientDataAvailableException e) {
            end();
            return null;
        } catch (RuntimeException e) {
            end();
            throw e;
        } finally {
            leave();
        }
    }

    private void enter() {
        lock.lock();
        try {
            reader = Thread.currentThread();
            // While handlers kept this thread from reading, the client could do nothing.
            since += System.nanoTime() - leftReading;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            reader = null;
            leftReading = System.nanoTime();
            if (cut) {
                // Ours, not a stop of the server. The connection is closed already, by the interrupt.
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cutIfOverdue(long now, ConnectionClock.Limits limits) {
        lock.lock();
        try {
            boolean idle = between && watches.isEmpty();
            boolean overdue = now - since > (between ? limits.idleNanos() : limits.headNanos());
            if (reader != null && !cut && overdue && (idle || !between)) {
                cut = true;
                reader.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A frame, or a block of headers, began or ended. */
    private void stands(boolean betweenFrames) {
        lock.lock();
        try {
            if (between != betweenFrames || betweenFrames) {
                since = System.nanoTime();
            }
            between = betweenFrames;
        } finally {
            lock.unlock();
        }
    }

    /** Calls back once if the stream is reset or its client leaves while the watch is open. */
    ReadAhead.Watch watch(int stream, Runnable callback) {
        watches.put(stream, callback);
        if (gone) {
            cancel(stream);
        }
        return () -> unwatch(stream);
    }

    private void unwatch(int stream) {
        watches.remove(stream);
        lock.lock();
        try {
            if (between) {
                since = System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the reading thread. */
    void look(byte[] bytes) {
        int position = 0;
        while (position < bytes.length) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, bytes.length - position);
                toSkip -= skipped;
                position += skipped;
                continue;
            }
            header[headerFilled++] = bytes[position++];
            if (headerFilled == HEADER_BYTES) {
                headerFilled = 0;
                toSkip = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
                note(header[TYPE]);
            }
        }
        // A body has deadlines of its own, where it is read.
        stands(headerFilled == 0 && (toSkip == 0 || inBody) && !headOpen);
    }

    private void note(int type) {
        inBody = type == DATA;
        if (type == RST_STREAM) {
            cancel(streamId());
        } else if (type == HEADERS || type == CONTINUATION) {
            headSeen = (type == HEADERS ? 0 : headSeen) + toSkip;
            headOpen = (header[FLAGS] & END_HEADERS) == 0;
            if (headSeen > headBytes) {
                throw new Http2Exception(Http2ErrorCode.ENHANCE_YOUR_CALM, "headers larger than max-head");
            }
        }
    }

    private int streamId() {
        return (header[STREAM_ID] & 0x7f) << 24
                | (header[STREAM_ID + 1] & 0xff) << 16
                | (header[STREAM_ID + 2] & 0xff) << 8
                | header[STREAM_ID + 3] & 0xff;
    }

    private void end() {
        gone = true;
        List.copyOf(watches.keySet()).forEach(this::cancel);
    }

    private void cancel(int stream) {
        Runnable callback = watches.remove(stream);
        if (callback != null) {
            callback.run();
        }
    }
}
