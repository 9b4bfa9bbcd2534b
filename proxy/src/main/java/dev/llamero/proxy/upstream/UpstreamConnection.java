package dev.llamero.proxy.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One socket to a model server with a read buffer. Used by one call at a time; only {@link #close} may come from
 * another thread, and it ends a read or connect that is under way.
 */
final class UpstreamConnection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UpstreamConnection.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;

    private final Socket transport = new Socket();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private Socket socket = transport;
    private InputStream in;
    private OutputStream out;
    private int position;
    private int limit;
    private long idleSinceNanos;
    private boolean reused;

    /** Connects, and for TLS checks the certificate against the host's name. */
    void connect(UpstreamAddress address, Duration timeout) throws IOException {
        transport.setTcpNoDelay(true);
        transport.connect(new InetSocketAddress(address.host(), address.port()), millis(timeout));
        if (address.tls()) {
            transport.setSoTimeout(millis(timeout));
            var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
            var secure = (SSLSocket) factory.createSocket(transport, address.host(), address.port(), true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            socket = secure;
        }
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** Writes both in one packet if they are small, and without a copy if they are large. */
    void write(byte[] head, byte[] content) throws IOException {
        if (head.length + content.length > BUFFER_BYTES) {
            out.write(head);
            out.write(content);
        } else {
            byte[] both = Arrays.copyOf(head, head.length + content.length);
            System.arraycopy(content, 0, both, head.length, content.length);
            out.write(both);
        }
        out.flush();
    }

    /** The longest that one read waits. */
    void readTimeout(Duration timeout) throws IOException {
        socket.setSoTimeout(millis(timeout));
    }

    /** The next byte, or -1 at the end. */
    int read() throws IOException {
        return fill() ? buffer[position++] & 0xff : -1;
    }

    /** What is there, at least one byte and at most {@code length}; -1 at the end. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
    }

    /** Whether bytes are there that nobody asked for; such a connection is not kept. */
    boolean hasBufferedBytes() {
        return position < limit;
    }

    /**
     * Whether the server went on after its answer. Such bytes would be taken for the answer to the next call, which may
     * be another caller's.
     */
    boolean hasUnaskedBytes() {
        try {
            return transport.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether so many whole lines are in the buffer, and something behind them. */
    boolean hasLinesAndMore(int lines) {
        int seen = 0;
        for (int i = position; i < limit - 1; i++) {
            if (buffer[i] == '\n' && ++seen == lines) {
                return true;
            }
        }
        return false;
    }

    /** Whether exactly these bytes are in the buffer. */
    boolean holds(byte[] bytes) {
        return Arrays.equals(buffer, position, limit, bytes, 0, bytes.length);
    }

    boolean isClosed() {
        return transport.isClosed();
    }

    void markIdle() {
        idleSinceNanos = System.nanoTime();
        reused = true;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Whether an earlier call used it: then it may have died since. */
    boolean isReused() {
        return reused;
    }

    @Override
    public void close() {
        try {
            // The plain socket below TLS: closing that one needs no lock that a blocked read holds.
            transport.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a connection to the model server failed", e);
        }
    }

    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }

    private static int millis(Duration timeout) {
        return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }
}
