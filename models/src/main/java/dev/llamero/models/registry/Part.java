package dev.llamero.models.registry;

import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** A stretch of a blob that one stream fetches. Written by the thread that fetches it, read by any. */
final class Part {
    private final int number;
    private final long offset;
    private final long size;
    private final AtomicLong completed = new AtomicLong();
    /** What of it is known on the disk. Only the one who saves uses it. */
    private long saved;

    private volatile InputStream stream;
    private volatile long lastByteNanos;

    Part(int number, long offset, long size, long completed) {
        this.number = number;
        this.offset = offset;
        this.size = size;
        this.completed.set(completed);
        this.saved = completed;
    }

    int number() {
        return number;
    }

    long offset() {
        return offset;
    }

    long size() {
        return size;
    }

    long completed() {
        return completed.get();
    }

    long saved() {
        return saved;
    }

    void saved(long bytes) {
        saved = bytes;
    }

    /** Where the next byte belongs. */
    long position() {
        return offset + completed.get();
    }

    long end() {
        return offset + size;
    }

    long left() {
        return size - completed.get();
    }

    void advance(int bytes) {
        completed.addAndGet(bytes);
        lastByteNanos = System.nanoTime();
    }

    void reset() {
        completed.set(0);
    }

    /** Begins to read this stream, which a watcher may close. */
    void reading(InputStream body) {
        lastByteNanos = System.nanoTime();
        stream = body;
    }

    void read() {
        stream = null;
    }

    /** Ends the stream that is read now, if it has been silent for so long. */
    void closeIfSilent(long nanos) {
        InputStream body = stream;
        if (body != null && System.nanoTime() - lastByteNanos >= nanos) {
            HttpLink.close(body);
        }
    }
}
