package dev.llamero.inference.http;

import dev.llamero.framing.RequestFraming;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * HTTP/1.1 connections that notice a client who leaves while a handler runs.
 *
 * <p>Helidon 4.5.0 reads a socket only between requests, so a handler hears of a closed connection by its second failed
 * write, and during a long prefill not at all. Here a virtual thread per connection reads the socket all the time, one
 * buffer ahead, and hands the bytes on; the end of the stream reaches {@link ClientWatch} at once. As in Go's server, a
 * client that closes only its sending side counts as gone.
 *
 * <p>The same place cures more faults of 4.5.0: a connection with {@code Connection: close} is closed after its reply
 * (issue 12324 of Helidon), a client that stalls in its headers or body is cut off, and chunked bodies are checked by
 * {@link RequestFraming} before Helidon gathers them.
 */
final class WatchedConnections implements ServerConnectionSelector {
    /** How long a connection may send nothing while bytes are waited for. */
    static final Duration STALL_MAX = Duration.ofMinutes(2);

    private static final byte[] END = new byte[0];

    private final ServerConnectionSelector http1;
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();

    WatchedConnections(Http1Config.Builder config) {
        this.http1 = Http1ConnectionSelector.builder()
                .config(config.addReceiveListener(new Heads()).build())
                .build();
    }

    /** The watch of the connection that carries a request. */
    ClientWatch watch(String socketId) {
        return connections.get(socketId).watch;
    }

    /** Closes the connection as soon as its bytes are used up: the reply in progress is its last. */
    void closeAfterReply(String socketId) {
        connections.get(socketId).last = true;
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
        return new Connection(context, "c" + ids.incrementAndGet());
    }

    /** Helidon 4.5.0 takes a body as chunked with any coding, or refuses it before it reads on. */
    private final class Heads implements Http1ConnectionListener {
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
                connections.get(context.childSocketId()).framing.chunkedBodyFollows();
            }
        }
    }

    private final class Connection implements ServerConnection, InterruptableTask<Void> {
        private final ArrayBlockingQueue<byte[]> ahead = new ArrayBlockingQueue<>(1);
        private final ClientWatch watch = new ClientWatch();
        private final RequestFraming framing = new RequestFraming(this::next);
        private final DataReader socket;
        private final ServerConnection delegate;
        private final String id;
        private volatile boolean last;

        Connection(ConnectionContext context, String id) {
            this.id = id;
            this.socket = context.dataReader();
            this.delegate = http1.connection(new WatchedContext(context, DataReader.create(framing), id));
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            connections.put(id, this);
            Thread reading = Thread.ofVirtual().name("reading-" + id).start(this::readAhead);
            try {
                delegate.handle(limit);
            } finally {
                reading.interrupt();
                connections.remove(id);
            }
        }

        private void readAhead() {
            try {
                while (true) {
                    BufferData data = socket.readBuffer();
                    ahead.put(data.readBytes());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                // The end of the stream, a reset, or the server closing the socket: in each case nobody listens any
                // more.
                watch.clientLeft();
                end();
            }
        }

        private void end() {
            try {
                ahead.put(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Bytes for the connection's own thread; null at the end. */
        private byte[] next() {
            try {
                byte[] data = last ? ahead.poll() : ahead.poll(STALL_MAX.toSeconds(), TimeUnit.SECONDS);
                return data == END ? null : data;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CloseConnectionException("interrupted while waiting for a request", e);
            }
        }

        @Override
        public Duration idleTime() {
            return delegate.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            delegate.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return delegate instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }
}
