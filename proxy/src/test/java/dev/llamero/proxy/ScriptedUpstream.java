package dev.llamero.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A model server on a real socket that does what a test scripts, byte by byte: stall, cut, dribble, lie, flood. A
 * kinder double, one that answers whole bodies, would hide every bug of framing, flushing and cancelling.
 *
 * <p>Each request takes the next script; the last script also serves all later requests. Standing answers of a path,
 * among them those by which a proxy looks after its servers, take no script and are not counted.
 */
final class ScriptedUpstream implements AutoCloseable {
    static final String NDJSON_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final int WAIT_SECONDS = 20;

    private final ServerSocket listener;
    private final Thread accepting = Thread.ofVirtual().unstarted(this::accept);
    private final List<Script> scripts = new ArrayList<>();
    private final LinkedBlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, Script> standing = new ConcurrentHashMap<>();

    /** An Ollama with the model m. */
    ScriptedUpstream(Script... scripts) throws IOException {
        this(ollama("m"), scripts);
    }

    ScriptedUpstream(Map<String, Script> standing, Script... scripts) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), standing, scripts);
    }

    /** @param listener its own from now on; one of TLS makes a server of TLS */
    ScriptedUpstream(ServerSocket listener, Map<String, Script> standing, Script... scripts) {
        this.listener = listener;
        this.standing.putAll(standing);
        this.scripts.addAll(List.of(scripts));
        accepting.start();
    }

    /** The standing answers of an Ollama with these models. */
    static Map<String, Script> ollama(String... models) {
        String list = Arrays.stream(models)
                .map(name -> "{\"name\":\"" + name + "\",\"modified_at\":\"2026-11-23T23:11:15Z\"}")
                .collect(Collectors.joining(","));
        return Map.of(
                "/api/version", fixed(200, "{\"version\":\"0.21.0\"}"),
                "/api/tags", fixed(200, "{\"models\":[" + list + "]}"));
    }

    /** The standing answers of a server of OpenAI's dialect with these models. */
    static Map<String, Script> openAi(String... models) {
        String list = Arrays.stream(models)
                .map(name -> "{\"id\":\"" + name + "\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"x\"}")
                .collect(Collectors.joining(","));
        return Map.of(
                "/api/version", fixed(404, "{\"error\":{\"message\":\"File Not Found\",\"code\":404}}"),
                "/v1/models", fixed(200, "{\"object\":\"list\",\"data\":[" + list + "]}"));
    }

    /** From now on this path has this standing answer. */
    void always(String path, Script script) {
        standing.put(path, script);
    }

    /** One request's way through: what it wrote, and what it learned of the proxy. */
    interface Script {
        void run(Wire wire) throws Exception;
    }

    /** A request as it came, head as text. */
    record Seen(String head, String body) {
        String path() {
            return head.split(" ", 3)[1];
        }

        String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    static String line(String content) {
        return "{\"model\":\"m\",\"message\":{\"content\":\"" + content + "\"},\"done\":false}\n";
    }

    static String lastLine() {
        return """
            {"model":"m","message":{"content":""},"done":true,"done_reason":"stop",\
            "prompt_eval_count":12,"eval_count":3}
            """;
    }

    /** A whole answer of these pieces. */
    static Script answer(String... contents) {
        return wire -> {
            wire.raw(NDJSON_HEAD);
            for (String content : contents) {
                wire.chunk(line(content));
            }
            wire.chunk(lastLine());
            wire.raw("0\r\n\r\n");
        };
    }

    /** A whole answer with a body of a known length. */
    static Script fixed(int status, String body) {
        return wire -> wire.raw("HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Connections that carried a scripted request. */
    int connections() {
        return connections.get();
    }

    /** Whether no further scripted request came. */
    boolean isIdle() {
        return seen.isEmpty();
    }

    /** The next request that came, waited for. */
    Seen request() throws InterruptedException {
        Seen request = seen.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request reached the upstream");
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // The kernel takes connections for as long as somebody is in accept.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // The test closed the listener.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            boolean counted = false;
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                var request = new Seen(head, "");
                String length = request.header("Content-Length");
                byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
                request = new Seen(head, new String(body, StandardCharsets.UTF_8));
                Script always = standing.get(request.path());
                if (always == null) {
                    connections.addAndGet(counted ? 0 : 1);
                    counted = true;
                    seen.add(request);
                }
                Script script = always == null ? nextScript() : always;
                script.run(new Wire(socket, in, request));
                if (socket.isClosed()) {
                    return;
                }
            }
        } catch (Exception e) {
            // The proxy left in the middle, which is what many tests want.
            System.getLogger("ScriptedUpstream").log(System.Logger.Level.DEBUG, "connection ended", e);
        }
    }

    private Script nextScript() {
        return scripts.get(Math.min(next.getAndIncrement(), scripts.size() - 1));
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    /** The connection in the hands of a script. */
    record Wire(Socket socket, InputStream in, Seen request) {
        void raw(String text) throws IOException {
            raw(text.getBytes(StandardCharsets.UTF_8));
        }

        void raw(byte[] bytes) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        void chunk(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            raw(Integer.toHexString(bytes.length) + "\r\n");
            raw(bytes);
            raw("\r\n");
        }

        /** Each byte in a packet of its own. */
        void dribble(String text) throws IOException {
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                raw(new byte[] {b});
            }
        }

        void cut() throws IOException {
            socket.close();
        }

        /** Waits until the proxy closes the connection. */
        void awaitClose(CountDownLatch closed) throws IOException {
            socket.setSoTimeout(WAIT_SECONDS * 1000);
            try {
                if (in.read() < 0) {
                    closed.countDown();
                }
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("the proxy kept the connection", e);
            } catch (IOException e) {
                // A reset is a close too.
                closed.countDown();
            }
            socket.close();
        }
    }
}
