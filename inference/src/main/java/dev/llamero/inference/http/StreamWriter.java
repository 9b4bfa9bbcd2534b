package dev.llamero.inference.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * The body of a streamed reply: one piece, one flush. Used by the request's thread; a reader that stalls is cut off by
 * {@link WriteWatch}.
 */
final class StreamWriter implements AutoCloseable {
    private final OutputStream out;
    private final WriteWatch writes;
    private boolean closed;

    StreamWriter(OutputStream out, WriteWatch writes) {
        this.out = out;
        this.writes = writes;
    }

    /**
     * Sends one piece and waits until the socket took it.
     *
     * @throws RuntimeException if the client is gone; Helidon's own type, which must reach it
     */
    void write(byte[] piece) {
        try (var _ = writes.begin()) {
            out.write(piece);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the client", e);
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        try (var _ = writes.begin()) {
            out.close();
            closed = true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the reply", e);
        }
    }
}
