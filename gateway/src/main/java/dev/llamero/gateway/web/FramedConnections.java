package dev.llamero.gateway.web;

import dev.llamero.framing.RequestFraming;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.List;
import java.util.Set;

/**
 * Helidon's HTTP/1.1 with a {@link RequestFraming} under each connection: Helidon 4.3.1 gathers a chunk, its size and
 * its trailers without a bound.
 */
public final class FramedConnections implements ServerConnectionSelector {
    private final ServerConnectionSelector http1;

    /**
     * @param listeners told of each request's first line
     * @param upgrader to the WebSocket
     */
    public FramedConnections(
            Http1Config.Builder config, List<Http1ConnectionListener> listeners, Http1Upgrader upgrader) {
        http1 = Http1ConnectionSelector.builder()
                .config(config.addReceiveListener(new Requests(listeners)).build())
                .addUpgrader(upgrader)
                .build();
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
        DataReader socket = context.dataReader();
        var framing = new RequestFraming(() -> next(socket));
        return http1.connection(new FramedContext(context, framing, new DataReader(framing)));
    }

    private static byte[] next(DataReader socket) {
        try {
            return socket.readBuffer().readBytes();
        } catch (DataReader.InsufficientDataAvailableException e) {
            return null;
        }
    }

    /** Helidon tells only one listener where a request begins, though it takes several. */
    private record Requests(List<Http1ConnectionListener> listeners) implements Http1ConnectionListener {
        @Override
        public void prologue(ConnectionContext context, HttpPrologue prologue) {
            listeners.forEach(listener -> listener.prologue(context, prologue));
        }

        /** The same test as Helidon's own; {@link EdgeFilter} refuses whatever else there is of codings. */
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (headers.contains(HeaderValues.TRANSFER_ENCODING_CHUNKED)) {
                ((FramedContext) context).framing().chunkedBodyFollows();
            }
        }
    }
}
