package dev.llamero.inference.http;

import dev.llamero.inference.api.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * One object, one line, one flush. Used by the request's thread; a reader that stalls is cut off by {@link WriteWatch}.
 */
final class NdjsonWriter implements AutoCloseable {
    private final OutputStream out;
    private final WriteWatch writes;
    private boolean closed;

    NdjsonWriter(OutputStream out, WriteWatch writes) {
        this.out = out;
        this.writes = writes;
    }

    /**
     * Sends one object and waits until the socket took it.
     *
     * @throws RuntimeException if the client is gone; Helidon's own type, which must reach it
     */
    void write(Object value) {
        byte[] line = (JsonText.of(value) + "\n").getBytes(StandardCharsets.UTF_8);
        try (var _ = writes.begin()) {
            out.write(line);
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
