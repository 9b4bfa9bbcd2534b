package dev.llamero.proxy.http;

import dev.llamero.framing.RequestFraming;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;

/**
 * Helidon's HTTP/1.1 with a {@link ReadAhead} under each connection, so that a handler can ask to be told when its
 * client leaves, and a {@link RequestFraming} above it, which checks chunked bodies. A connection and its handlers run
 * on one virtual thread, to which the reader is bound.
 */
public final class WatchedConnections implements ServerConnectionSelector {
    private static final ScopedValue<ReadAhead> CURRENT = ScopedValue.newInstance();
    private static final ScopedValue<RequestFraming> FRAMING = ScopedValue.newInstance();

    private final ServerConnectionSelector http1;
    private final ConnectionClock clock;

    /** @param clock that its connections live by */
    public WatchedConnections(Http1Config.Builder config, ConnectionClock clock) {
        this.clock = clock;
        this.http1 = Http1ConnectionSelector.builder()
                .config(config.addReceiveListener(new Heads()).build())
                .build();
    }

    /** For a handler, on its own thread: calls back once if the client leaves while the watch is open. */
    static ReadAhead.Watch watch(ServerRequest request, Runnable gone) {
        return CURRENT.isBound() ? CURRENT.get().watch(gone) : Http2Connections.watch(request, gone);
    }

    /** For a handler, on its own thread, when it begins. */
    static void requestBegan() {
        if (CURRENT.isBound()) {
            CURRENT.get().requestBegan();
        }
    }

    /** For a handler, on its own thread, when it has answered. */
    static void requestEnded() {
        if (CURRENT.isBound()) {
            CURRENT.get().requestEnded();
        }
    }

    /** For a handler, on its own thread: whether the connection carries one request after the other. */
    static boolean isHttp1() {
        return CURRENT.isBound();
    }

    /** For a handler, on its own thread: the connection takes no further request. */
    static void endAfterThisRequest() {
        if (CURRENT.isBound()) {
            CURRENT.get().endAfterThisRequest();
        }
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http1.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http1.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        clock.handshakeEnded();
        var reader = new ReadAhead(context.dataReader(), clock);
        var framing = new RequestFraming(reader);
        var writer = new TimedWriter(context.dataWriter());
        ServerConnection connection = http1.connection(new WatchedContext(context, DataReader.create(framing), writer));
        return new Watched(connection, reader, framing, writer, clock);
    }

    /** Helidon 4.5.0 takes a body as chunked with any coding, or refuses it before it reads on. */
    private static final class Heads implements Http1ConnectionListener {
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
                FRAMING.get().chunkedBodyFollows();
            }
        }
    }

    /** Runs the connection with its reader at hand; idle connections stay interruptible, as the server's stop needs. */
    private record Watched(
            ServerConnection connection,
            ReadAhead reader,
            RequestFraming framing,
            TimedWriter writer,
            ConnectionClock clock)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            clock.opened(reader);
            clock.opened(writer);
            try {
                ScopedValue.where(CURRENT, reader).where(FRAMING, framing).call(() -> {
                    connection.handle(limit);
                    return null;
                });
            } finally {
                clock.closed(reader);
                clock.closed(writer);
            }
        }

        @Override
        public Duration idleTime() {
            return connection.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            connection.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return connection instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }
}
