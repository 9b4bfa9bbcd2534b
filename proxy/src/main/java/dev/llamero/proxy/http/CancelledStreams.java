package dev.llamero.proxy.http;

import io.helidon.common.buffers.DataReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Looks at the frames of one HTTP/2 connection as they pass (RFC 9113, section 4.1) and calls back when a client resets
 * a stream, or leaves. The connection's thread reads; any thread watches.
 */
final class CancelledStreams implements Supplier<byte[]> {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int TYPE = 3;
    private static final int STREAM_ID = 5;
    private static final int RST_STREAM = 3;

    private final DataReader source;
    private final Map<Integer, Runnable> watches = new ConcurrentHashMap<>();
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerFilled;
    private int toSkip = PREFACE_BYTES;
    private volatile boolean gone;

    CancelledStreams(DataReader source) {
        this.source = source;
    }

    @Override
    public byte[] get() {
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
        }
    }

    /** Calls back once if the stream is reset or its client leaves while the watch is open. */
    ReadAhead.Watch watch(int stream, Runnable callback) {
        watches.put(stream, callback);
        if (gone) {
            cancel(stream);
        }
        return () -> watches.remove(stream);
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
                if (header[TYPE] == RST_STREAM) {
                    cancel(streamId());
                }
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
