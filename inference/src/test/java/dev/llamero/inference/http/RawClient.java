package dev.llamero.inference.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** HTTP over a bare socket: sees each chunk as it arrives, sends any header, and leaves when it likes. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 120_000;

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** A reply with its whole body. */
    record Reply(int status, List<List<String>> headers, String body) {
        Optional<String> header(String name) {
            return headers.stream()
                    .filter(header -> header.getFirst().equalsIgnoreCase(name))
                    .map(List::getLast)
                    .findFirst();
        }
    }

    /** Sends a request with a body and the header Host. */
    void send(String method, String path, String body) throws IOException {
        send(method, path, List.of(), body);
    }

    void send(String method, String path, List<List<String>> headers, String body) throws IOException {
        byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.getFirst().equalsIgnoreCase("host"))) {
            head.append("Host: 127.0.0.1\r\n");
        }
        headers.forEach(header -> head.append(header.getFirst() + ": " + header.getLast() + "\r\n"));
        if (bytes != null) {
            head.append("Content-Length: " + bytes.length + "\r\n");
        }
        var message = new ByteArrayOutputStream();
        message.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        message.writeBytes(bytes == null ? new byte[0] : bytes);
        write(message.toByteArray());
    }

    /** Sends a body that is no text. */
    void sendBytes(String method, String path, byte[] body) throws IOException {
        write((method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        write(body);
    }

    void write(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    /** Reads a whole reply. */
    Reply reply(boolean toHead) throws IOException {
        Reply head = head();
        if (toHead || head.status() == 204 || head.status() == 304) {
            return head;
        }
        String body = head.header("transfer-encoding").isPresent() ? chunks() : fixed(head);
        return new Reply(head.status(), head.headers(), body);
    }

    /** Reads status line and headers only. */
    Reply head() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        var headers = new ArrayList<List<String>>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.add(List.of(
                    header.substring(0, colon), header.substring(colon + 1).strip()));
        }
        return new Reply(status, headers, "");
    }

    private String fixed(Reply head) throws IOException {
        int length = Integer.parseInt(head.header("content-length").orElse("0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the body broke off");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        for (Optional<String> chunk = chunk(); chunk.isPresent(); chunk = chunk()) {
            body.append(chunk.get());
        }
        return body.toString();
    }

    /** The next chunk of a chunked body; empty at the end. */
    Optional<String> chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        byte[] bytes = in.readNBytes(size);
        line();
        return size == 0 ? Optional.empty() : Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    /** Whether the server has closed the connection. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
