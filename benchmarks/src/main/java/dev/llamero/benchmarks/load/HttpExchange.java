package dev.llamero.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept connection of HTTP/1.1. Reads on the caller's own thread, so that a piece is timed when its bytes are there
 * and not when some pool has handed it over. Owned by one thread at a time.
 */
public final class HttpExchange implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 4 << 20;
    private static final int CONNECT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private boolean chunked;
    private boolean keepOpen;
    private long left;
    private boolean ended;
    private long idleSince;

    /** Connects to a port of this machine. */
    public HttpExchange(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** Sends a request in one write, and gives the moment before it. */
    public long send(byte[] request) throws IOException {
        long now = System.nanoTime();
        socket.getOutputStream().write(request);
        return now;
    }

    /** The next reads wait so long; 0 for ever. */
    public void waitAtMost(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /**
     * Reads the head of the answer.
     *
     * @throws EOFException if the server closed the connection instead of answering
     */
    public int readHead() throws IOException {
        String status = rawLine();
        if (status == null) {
            throw new EOFException("the server closed the connection");
        }
        chunked = false;
        keepOpen = true;
        left = -1;
        ended = false;
        for (String line = rawLine(); line != null && !line.isEmpty(); line = rawLine()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
                left = 0;
            } else if (lower.startsWith("content-length:")) {
                left = Long.parseLong(lower.substring(15).trim());
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                keepOpen = false;
            }
        }
        String[] parts = status.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new IOException("no HTTP answer: " + status);
        }
        return Integer.parseInt(parts[1]);
    }

    /** The next line of the body without its end, or null behind the last. */
    public String readLine() throws IOException {
        var line = new ByteArrayOutputStream(256);
        for (int value = readByte(); value != '\n'; value = readByte()) {
            if (value < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() >= LINE_BYTES_MAX) {
                throw new IOException("a line of the answer has more than " + LINE_BYTES_MAX + " bytes");
            }
            if (value != '\r') {
                line.write(value);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private int readByte() throws IOException {
        if (ended) {
            return -1;
        }
        if (chunked && left == 0 && !nextChunk() || left == 0) {
            ended = true;
            return -1;
        }
        int value = in.read();
        if (value < 0) {
            if (left > 0) {
                throw new EOFException("the answer broke off");
            }
            ended = true;
            keepOpen = false;
            return -1;
        }
        left -= left > 0 ? 1 : 0;
        if (chunked && left == 0) {
            rawLine();
        }
        return value;
    }

    private boolean nextChunk() throws IOException {
        String size = rawLine();
        if (size == null) {
            throw new EOFException("the answer broke off");
        }
        left = Long.parseLong(size.split(";")[0].trim(), 16);
        if (left == 0) {
            String trailer = rawLine();
            while (trailer != null && !trailer.isEmpty()) {
                trailer = rawLine();
            }
        }
        return left > 0;
    }

    private String rawLine() throws IOException {
        var line = new StringBuilder();
        for (int value = in.read(); value != '\n'; value = in.read()) {
            if (value < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (value != '\r') {
                line.append((char) value);
            }
        }
        return line.toString();
    }

    /** Whether another request may follow; counts from now as idle. */
    boolean reusable() {
        idleSince = System.nanoTime();
        return ended && keepOpen;
    }

    long idleNanos() {
        return System.nanoTime() - idleSince;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is given up either way.
            ended = true;
        }
    }
}
