package dev.llamero.benchmarks.proxies;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept connection of the load generator. Does as little as it can between a request and its last byte, since it
 * shares the machine with what it measures. Owned by one thread.
 */
final class LoadConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long firstByteNanos;
    private long bodyBytes;

    LoadConnection(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /**
     * Sends a request and reads its answer whole.
     *
     * @return the status
     */
    int exchange(byte[] request) throws IOException {
        out.write(request);
        position = 0;
        limit = 0;
        bodyBytes = 0;
        fill();
        firstByteNanos = System.nanoTime();
        String status = line();
        boolean chunked = false;
        long length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = true;
            }
        }
        if (chunked) {
            for (long size = chunkSize(); size > 0; size = chunkSize()) {
                skip(size + 2);
                bodyBytes += size;
            }
            line();
        } else {
            skip(length);
            bodyBytes = length;
        }
        return Integer.parseInt(status.substring(9, 12));
    }

    /** When the first byte of the last answer was there, by {@link System#nanoTime}. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    /** Bytes of the last answer's body, without its framing. */
    long bodyBytes() {
        return bodyBytes;
    }

    private long chunkSize() throws IOException {
        return Long.parseLong(line(), 16);
    }

    private void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int now = (int) Math.min(left, limit - position);
            position += now;
            left -= now;
        }
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        while (true) {
            if (position == limit) {
                fill();
            }
            int from = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            text.append(new String(buffer, from, position - from, StandardCharsets.ISO_8859_1));
            if (position < limit) {
                position++;
                int end = text.length() - 1;
                return end >= 0 && text.charAt(end) == '\r' ? text.substring(0, end) : text.toString();
            }
        }
    }

    private void fill() throws IOException {
        limit = in.read(buffer);
        position = 0;
        if (limit < 0) {
            throw new EOFException("the server closed the connection within an answer");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
