package dev.llamero.inference.cli;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One HTTP/1.1 request and its reply on a connection of its own. Used by one thread, but closed by any: that ends the
 * reading at once, and the server sees its client leave.
 *
 * <p>Neither client of the JDK does: {@code java.net.http} takes a quarter of a second to start, and
 * {@code HttpURLConnection} cannot be closed while another thread reads from it.
 */
final class HttpCall implements Closeable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int LINE_BYTES_MAX = 64 * 1024;
    private static final int HEADERS_MAX = 200;
    private static final int FILE_BUFFER_BYTES = 1 << 18;

    private final Socket socket;
    private InputStream in;
    private boolean chunked;
    /** Bytes left of the body or of the chunk; negative: until the connection ends. */
    private long left = -1;

    private int status;
    private String reason = "";

    private HttpCall(Socket socket) {
        this.socket = socket;
    }

    /** Connects; what then is sent and read can be cut by {@link #close}. */
    static HttpCall connect(ServerAddress address) throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            return new HttpCall(address.secure() ? secured(socket, address) : socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket secured(Socket plain, ServerAddress address) throws IOException {
        var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        var socket = (SSLSocket) factory.createSocket(plain, address.host(), address.port(), true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** Sends the request and reads the reply's head. */
    void send(ServerAddress address, String method, String path, byte[] body) throws IOException {
        var out = socket.getOutputStream();
        out.write(head(
                address,
                method,
                path,
                body == null ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n"));
        if (body != null) {
            out.write(body);
        }
        out.flush();
        receive();
    }

    /** Posts a file and reads the reply's head. */
    void sendFile(ServerAddress address, String path, Path file, LongConsumer sent) throws IOException {
        var out = socket.getOutputStream();
        try (InputStream bytes = Files.newInputStream(file)) {
            out.write(head(
                    address,
                    "POST",
                    path,
                    "Content-Type: application/octet-stream\r\nContent-Length: " + Files.size(file) + "\r\n"));
            byte[] buffer = new byte[FILE_BUFFER_BYTES];
            long total = 0;
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                out.write(buffer, 0, read);
                total += read;
                sent.accept(total);
            }
            out.flush();
        }
        receive();
    }

    private static byte[] head(ServerAddress address, String method, String path, String ofBody) {
        String head = method + " " + address.path() + path + " HTTP/1.1\r\nHost: " + address.authority()
                + "\r\nUser-Agent: llamero\r\nAccept: application/json, application/x-ndjson\r\nConnection: close\r\n"
                + ofBody + "\r\n";
        return head.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void receive() throws IOException {
        in = new BufferedInputStream(socket.getInputStream());
        readHead();
    }

    private void readHead() throws IOException {
        String first = headLine();
        String[] parts = first.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("\\d{3}")) {
            throw new IOException("the server does not speak HTTP; it began with \"" + first + "\"");
        }
        status = Integer.parseInt(parts[1]);
        reason = parts.length > 2 ? parts[2] : "";
        for (int i = 0; i < HEADERS_MAX; i++) {
            String line = headLine();
            if (line.isEmpty()) {
                return;
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                left = length(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
                left = 0;
            }
        }
        throw new IOException("the server's reply has more than " + HEADERS_MAX + " headers");
    }

    private static long length(String text) throws IOException {
        if (!text.matches("\\d{1,18}")) {
            throw new IOException("the server's reply is damaged: content length \"" + text + "\"");
        }
        return Long.parseLong(text);
    }

    int status() {
        return status;
    }

    /** Code and its words, as {@code 404 Not Found}. */
    String statusLine() {
        return (status + " " + reason).strip();
    }

    /** The next line of the body, without its end; null after the last. */
    String line(int bytesMax) throws IOException {
        var line = new java.io.ByteArrayOutputStream();
        int next = read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.size() == bytesMax) {
                throw new IOException("the server sent a line of more than " + bytesMax + " bytes");
            }
            line.write(next);
            next = read();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private int read() throws IOException {
        if (left == 0 && (!chunked || !nextChunk())) {
            return -1;
        }
        int next = in.read();
        if (next < 0 && left > 0) {
            throw new EOFException("the server ended the connection in the middle of its reply");
        }
        left -= left > 0 ? 1 : 0;
        if (chunked && left == 0) {
            headLine();
        }
        return next;
    }

    /** Reads a chunk's size; false if it is the last, empty one. */
    private boolean nextChunk() throws IOException {
        String size = headLine().split(";")[0].strip();
        if (!size.matches("[0-9a-fA-F]{1,8}")) {
            throw new IOException("the server's reply is damaged: chunk size \"" + size + "\"");
        }
        left = Long.parseLong(size, 16);
        chunked = left > 0;
        return chunked;
    }

    private String headLine() throws IOException {
        var line = new StringBuilder();
        int next = in.read();
        while (next != '\n') {
            if (next < 0) {
                throw new EOFException("the server ended the connection in the middle of its reply");
            }
            if (line.length() == LINE_BYTES_MAX) {
                throw new IOException("the server sent a header line of more than " + LINE_BYTES_MAX + " bytes");
            }
            if (next != '\r') {
                line.append((char) next);
            }
            next = in.read();
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
