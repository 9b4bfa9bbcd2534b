package dev.llamero.proxy.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Helidon's HTTP/2 with a {@link CancelledStreams} under each connection: Helidon 4.5.0 marks a stream that its client
 * has reset, and tells neither the handler nor itself when it writes on. Handlers of one connection run on threads of
 * their own, and find it by the connection's ids.
 */
public final class Http2Connections implements ServerConnectionSelector {
    /** Someone who stops many answers resets many streams, and is no attacker for that. */
    private static final int RESETS_MAX = 200;

    private static final int STREAMS_MAX = 100;
    private static final Map<String, CancelledStreams> OPEN = new ConcurrentHashMap<>();

    private final ServerConnectionSelector http2;
    private final ConnectionClock clock;
    private final int headBytes;

    /**
     * @param headBytes largest headers of a request
     * @param slowClient longest wait for a client that takes nothing
     */
    public Http2Connections(int headBytes, Duration slowClient, ConnectionClock clock) {
        this.clock = clock;
        this.headBytes = headBytes;
        this.http2 = Http2ConnectionSelector.builder()
                .http2Config(Http2Config.builder()
                        .maxConcurrentStreams(STREAMS_MAX)
                        .maxHeaderListSize(headBytes)
                        .flowControlTimeout(slowClient)
                        .maxRapidResets(RESETS_MAX)
                        .build())
                .build();
    }

    static ReadAhead.Watch watch(ServerRequest request, Runnable gone) {
        CancelledStreams streams = OPEN.get(key(request.serverSocketId(), request.socketId()));
        if (streams == null) {
            gone.run();
            return () -> {};
        }
        return streams.watch(request.id(), gone);
    }

    private static String key(String socketId, String childSocketId) {
        return socketId + ' ' + childSocketId;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http2.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http2.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http2.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        clock.handshakeEnded();
        var streams = new CancelledStreams(context.dataReader(), headBytes);
        String key = key(context.socketId(), context.childSocketId());
        OPEN.put(key, streams);
        var writer = new TimedWriter(context.dataWriter());
        clock.opened(streams);
        clock.opened(writer);
        return new Tapped(http2.connection(new WatchedContext(context, DataReader.create(streams), writer)), () -> {
            clock.closed(streams);
            clock.closed(writer);
            OPEN.remove(key, streams);
        });
    }

    /** Runs the connection and forgets it afterwards. */
    private record Tapped(ServerConnection connection, Runnable ended)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                connection.handle(limit);
            } finally {
                ended.run();
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
