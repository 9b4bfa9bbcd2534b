package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registry on a real socket that says what a test wants it to say, byte for byte. Without a script it serves its
 * models well, in ranges, and counts the bytes.
 */
final class ScriptedRegistry implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, Queue<Script>> once = new ConcurrentHashMap<>();
    private final Map<String, Script> always = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicLong> served = new ConcurrentHashMap<>();
    private final AtomicLong answering = new AtomicLong();
    private final ServerSocket listener;
    private volatile Script otherwise = status("404 Not Found", "");
    private volatile long bytesPerSecond = Long.MAX_VALUE;

    /** What is answered instead. */
    @FunctionalInterface
    interface Script {
        void answer(Request request, OutputStream out) throws IOException;
    }

    /** A request as it came. */
    record Request(String method, String path, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    ScriptedRegistry() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("scripted-registry").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    String host() {
        return "127.0.0.1:" + port();
    }

    /** Puts a model {@code lab/NAME:v1} there; its manifest. */
    Manifest model(String name, byte[] config, byte[]... layers) {
        var entries = new ArrayList<Layer>();
        for (byte[] layer : layers) {
            entries.add(new Layer(Layer.MODEL, blob(layer), layer.length));
        }
        var manifest = new Manifest(new Layer(Layer.CONFIG, blob(config), config.length), entries);
        manifests.put("/v2/lab/" + name + "/manifests/v1", manifest.json());
        return manifest;
    }

    void manifest(String name, String json) {
        manifests.put("/v2/lab/" + name + "/manifests/v1", json.getBytes(StandardCharsets.UTF_8));
    }

    Digest blob(byte[] bytes) {
        Digest digest = Digest.of(bytes);
        blobs.put(digest.toString(), bytes);
        return digest;
    }

    /** Answers the next request whose method and path end so, once per call of this. */
    ScriptedRegistry next(String ending, Script script) {
        once.computeIfAbsent(ending, key -> new ConcurrentLinkedQueue<>()).add(script);
        return this;
    }

    /** Answers every request whose method and path end so. */
    ScriptedRegistry always(String ending, Script script) {
        always.put(ending, script);
        return this;
    }

    /** Answers what is neither model nor blob. */
    void otherwise(Script script) {
        otherwise = script;
    }

    /** Sends bodies no faster than this. */
    void slow(long bytes) {
        bytesPerSecond = bytes;
    }

    /** Method, path and range of each request. */
    List<String> requests() {
        return requests;
    }

    long served(Digest digest) {
        AtomicLong count = served.get(digest.toString());
        return count == null ? 0 : count.get();
    }

    /** Waits until nothing is being sent, also to clients that have left. */
    void awaitIdle() throws InterruptedException {
        while (answering.get() > 0) {
            Thread.sleep(1);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().name("scripted-connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (Request request = read(in); request != null; request = read(in)) {
                String range = request.header("range");
                requests.add(request.method() + " " + request.path() + (range.isEmpty() ? "" : " " + range));
                answering.incrementAndGet();
                try {
                    answer(request, socket.getOutputStream());
                    socket.getOutputStream().flush();
                } finally {
                    answering.decrementAndGet();
                }
            }
        } catch (IOException e) {
            // The client has left, or a script cut the connection: what tests are about.
            requests.add("cut: " + e.getMessage());
        }
    }

    private static Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        Map<String, String> headers = new ConcurrentHashMap<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        in.skipNBytes(Long.parseLong(headers.getOrDefault("content-length", "0")));
        String[] parts = first.split(" ");
        return new Request(parts[0], parts[1], headers);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private void answer(Request request, OutputStream out) throws IOException {
        String line = request.method() + " " + request.path();
        for (var entry : once.entrySet()) {
            Script script = line.endsWith(entry.getKey()) ? entry.getValue().poll() : null;
            if (script != null) {
                script.answer(request, out);
                return;
            }
        }
        for (var entry : always.entrySet()) {
            if (line.endsWith(entry.getKey())) {
                entry.getValue().answer(request, out);
                return;
            }
        }
        serveWell(request, out);
    }

    /** What a good registry answers. */
    void serveWell(Request request, OutputStream out) throws IOException {
        String path = request.path();
        String last = path.substring(path.lastIndexOf('/') + 1);
        if (manifests.containsKey(path)) {
            head(out, "200 OK", "Content-Length: " + manifests.get(path).length);
            out.write(manifests.get(path));
        } else if (blobs.containsKey(last)) {
            blob(request, last, out);
        } else {
            otherwise.answer(request, out);
        }
    }

    private void blob(Request request, String digest, OutputStream out) throws IOException {
        byte[] bytes = blobs.get(digest);
        Matcher range = RANGE.matcher(request.header("range"));
        int from = 0;
        int to = bytes.length;
        if (range.matches()) {
            from = Integer.parseInt(range.group(1));
            to = Math.min(bytes.length, Integer.parseInt(range.group(2)) + 1);
            head(
                    out,
                    "206 Partial Content",
                    "Content-Length: " + (to - from),
                    "Content-Range: bytes " + from + "-" + (to - 1) + "/" + bytes.length);
        } else {
            head(out, "200 OK", "Content-Length: " + bytes.length);
        }
        send(digest, bytes, from, to, out);
    }

    private void send(String digest, byte[] bytes, int from, int to, OutputStream out) throws IOException {
        AtomicLong count = served.computeIfAbsent(digest, key -> new AtomicLong());
        int step = 8 << 10;
        for (int at = from; at < to; at += step) {
            int length = Math.min(step, to - at);
            out.write(bytes, at, length);
            out.flush();
            count.addAndGet(length);
            if (bytesPerSecond < Long.MAX_VALUE) {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000_000L * length / bytesPerSecond);
            }
        }
    }

    static void head(OutputStream out, String status, String... headers) throws IOException {
        String text = "HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A status with a text for a body. */
    static Script status(String status, String body, String... headers) {
        return (request, out) -> {
            var all = new ArrayList<>(List.of(headers));
            all.add("Content-Length: " + body.length());
            head(out, status, all.toArray(String[]::new));
            out.write(body.getBytes(StandardCharsets.ISO_8859_1));
        };
    }

    static Script redirect(String location) {
        return status("307 Temporary Redirect", "", "Location: " + location);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
