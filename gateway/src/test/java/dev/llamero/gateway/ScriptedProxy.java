package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A proxy on a real socket that does what a test says: dribbles, stalls, fails, cuts. A kinder double would hide that a
 * stream breaks in the middle of a character, or that nobody tells it when to stop.
 */
public final class ScriptedProxy implements AutoCloseable {
    private final ServerSocket server;
    private final Thread acceptor;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private volatile Script script = (request, reply) -> reply.answer("Hello.");
    private volatile String models = "{\"object\":\"list\",\"data\":[{\"id\":\"test-model\",\"object\":\"model\"}]}";

    public ScriptedProxy() {
        this(0);
    }

    /** On a port that was free before. */
    public ScriptedProxy(int port) {
        try {
            server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    public int port() {
        return server.getLocalPort();
    }

    /** What is done with every completion from now on. */
    public void answers(Script next) {
        script = next;
    }

    public Script script() {
        return script;
    }

    public void lists(String body) {
        models = body;
    }

    /** The next completion request that came in. */
    public Request nextRequest() throws InterruptedException {
        Request request = requests.poll(20, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no completion was asked for");
        }
        return request;
    }

    public int unseenRequests() {
        return requests.size();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // The test is over.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            var reply = new Reply(socket);
            switch (request.path()) {
                case "/healthz" ->
                    reply.json(
                            200,
                            "{\"status\":\"ok\",\"version\":\"9.9.9\",\"upstream\":{\"reachable\":true,"
                                    + "\"latencyMs\":1.25,\"version\":\"0.30.11\"}}");
                case "/v1/models" -> reply.json(200, models);
                default -> {
                    requests.add(request);
                    script.run(request, reply);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The gateway hung up, which some tests want.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** Ends as a killed process does: nobody listens, and every connection is reset in whatever it was. */
    public void kill() {
        close();
        for (Socket socket : open) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // It has ended by itself.
                open.remove(socket);
            }
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        var headers = new TreeMap<String, String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(first[0], first[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed before a request came");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** The port refuses connections when this returns; the system closes it only when nobody waits on it any more. */
    @Override
    public void close() {
        try {
            server.close();
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What happens with one completion request. */
    public interface Script {
        void run(Request request, Reply reply) throws IOException, InterruptedException;
    }

    /** What the gateway sent. */
    public record Request(String method, String path, Map<String, String> headers, String body) {
        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The way back: pieces of an answer, or a failure. */
    public static final class Reply {
        private final Socket socket;
        private final OutputStream out;

        Reply(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        public void json(int status, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            raw("HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length
                    + "\r\nConnection: close\r\n\r\n");
            out.write(bytes);
            out.flush();
        }

        public void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        public Reply begin() throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                    + "Connection: close\r\n\r\n");
            return this;
        }

        public Reply event(String data) throws IOException {
            chunk(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        public void chunk(byte[] bytes) throws IOException {
            raw(Integer.toHexString(bytes.length) + "\r\n");
            out.write(bytes);
            raw("\r\n");
        }

        public Reply content(String text) throws IOException {
            return delta("content", text);
        }

        public Reply reasoning(String text) throws IOException {
            return delta("reasoning", text);
        }

        private Reply delta(String field, String text) throws IOException {
            var chunk = new ObjectMapper().createObjectNode();
            chunk.putArray("choices").addObject().putObject("delta").put(field, text);
            return event(chunk.toString());
        }

        public void end(long promptTokens, long completionTokens) throws IOException {
            event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
            event("{\"choices\":[],\"usage\":{\"prompt_tokens\":" + promptTokens + ",\"completion_tokens\":"
                    + completionTokens + "}}");
            event("[DONE]");
            raw("0\r\n\r\n");
        }

        /** A whole answer, one word at a time. */
        public void answer(String text) throws IOException {
            begin();
            String[] words = text.split("(?<=\\s)");
            for (String word : words) {
                content(word);
            }
            end(7, words.length);
        }

        /** Waits until the gateway hangs up; true if it does. */
        public boolean awaitHangUp() throws IOException {
            socket.setSoTimeout(20_000);
            try {
                return socket.getInputStream().read() < 0;
            } catch (java.net.SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                // A reset is a hang-up too.
                return true;
            }
        }
    }
}
