package dev.llamero.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A proxy in front of one upstream, its access log, and raw sockets to it. */
final class RunningProxy implements AutoCloseable {
    static final String CHAT = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    static final String STREAM =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final int WAIT_MILLIS = 20_000;

    private final ProxyServer server;
    private final int port;
    private final LinkedBlockingQueue<String> accessLines = new LinkedBlockingQueue<>();

    RunningProxy(String upstream, String... arguments) {
        // No llamero.yaml of the machine may change a test.
        this(Path.of("absent.yaml"), with(arguments, "--upstream", upstream));
    }

    RunningProxy(Path settings, String... arguments) {
        var source = new SettingsSource(
                List.of(with(arguments, "--port", "0", "--admin-port", "0", "--keys-file", "absent/keys.json")),
                Map.of("LLAMERO_CONFIG", settings.toString()));
        server = ProxyServer.start(source, accessLines::add);
        port = server.port();
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Arrays.stream(more), Arrays.stream(arguments)).toArray(String[]::new);
    }

    ProxyServer server() {
        return server;
    }

    int port() {
        return port;
    }

    String accessLine() throws InterruptedException {
        String line = accessLines.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new AssertionError("no access line was written");
        }
        return line;
    }

    JsonNode accessJson() throws InterruptedException, IOException {
        return new ObjectMapper().readTree(accessLine());
    }

    Socket connect() throws IOException {
        return connect(port());
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(WAIT_MILLIS);
        return socket;
    }

    static void send(Socket socket, String method, String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())
                + (method.equals("GET") ? "" : "Content-Length: " + bytes.length + "\r\n") + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** One request on a connection of its own, the answer with its chunks joined. */
    Answer ask(String method, String path, String body, String... headers) throws IOException {
        try (Socket socket = connect()) {
            send(socket, method, path, body, headers);
            return Answer.read(socket.getInputStream());
        }
    }

    /** One request to the admin listener. */
    Answer admin(String method, String path) throws IOException {
        try (Socket socket = connect(server.adminPort().orElseThrow())) {
            send(socket, method, path, "");
            return Answer.read(socket.getInputStream());
        }
    }

    Answer chat(String body, String... headers) throws IOException {
        return ask("POST", "/v1/chat/completions", body, headers);
    }

    @Override
    public void close() {
        server.close();
    }

    /** What a client got. */
    record Answer(int status, String head, String body, int chunks) {
        static Answer read(InputStream in) throws IOException {
            String head = readHead(in);
            int status = Integer.parseInt(head.substring(9, 12));
            String lower = head.toLowerCase(java.util.Locale.ROOT);
            if (!lower.contains("transfer-encoding: chunked")) {
                int at = lower.indexOf("content-length:");
                int length = at < 0
                        ? 0
                        : Integer.parseInt(lower.substring(at + 15, lower.indexOf('\r', at))
                                .strip());
                return new Answer(status, head, new String(in.readNBytes(length), StandardCharsets.UTF_8), 0);
            }
            var body = new java.io.ByteArrayOutputStream();
            int chunks = 0;
            for (byte[] chunk = readChunk(in); chunk.length > 0; chunk = readChunk(in)) {
                body.writeBytes(chunk);
                chunks++;
            }
            return new Answer(status, head, body.toString(StandardCharsets.UTF_8), chunks);
        }

        static String readHead(InputStream in) throws IOException {
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    throw new java.io.EOFException("the proxy closed the connection after: " + head);
                }
                head.append((char) next);
            }
            return head.toString();
        }

        static byte[] readChunk(InputStream in) throws IOException {
            var size = new StringBuilder();
            while (!size.toString().endsWith("\r\n")) {
                int next = in.read();
                if (next < 0) {
                    throw new java.io.EOFException("the proxy closed the connection within a stream");
                }
                size.append((char) next);
            }
            byte[] chunk = in.readNBytes(Integer.parseInt(size.toString().strip(), 16));
            in.readNBytes(2);
            return chunk;
        }

        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(body);
        }

        String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT)
                            .startsWith(name.toLowerCase(java.util.Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }
}
