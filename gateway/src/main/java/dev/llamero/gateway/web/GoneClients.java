package dev.llamero.gateway.web;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.UncheckedIOException;

/**
 * Notices that the client of a request left, while its handler waits for somebody else.
 *
 * <p>A handler is not told by Helidon; this listener remembers the connection of the request that its thread serves,
 * and
 * {@link #watch} reads on that connection, where the end shows within milliseconds. Two threads must not read one
 * socket, so the answer must close the connection.
 */
public final class GoneClients implements Http1ConnectionListener {
    private final ThreadLocal<ConnectionContext> current = new ThreadLocal<>();

    @Override
    public void prologue(ConnectionContext context, HttpPrologue prologue) {
        current.set(context);
    }

    /**
     * Watches the connection of the calling thread's request, whose body has been read.
     *
     * @param onGone runs once, on the watching thread, when the client left or the connection was closed by us
     */
    void watch(Runnable onGone) {
        DataReader reader = current.get().dataReader();
        Thread.ofVirtual().name("gone-client").start(() -> {
            try {
                // Returns if the client sends more: that is impolite, but not gone.
                reader.ensureAvailable();
            } catch (DataReader.InsufficientDataAvailableException
                    | ServerConnectionException
                    | UncheckedIOException e) {
                onGone.run();
            }
        });
    }
}
