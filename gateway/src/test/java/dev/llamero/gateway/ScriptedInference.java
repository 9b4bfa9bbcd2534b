package dev.llamero.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The part of an inference server that tells of models and pulls them, line by line as a test says. A kinder double
 * would send a pull at once, and nobody would see its progress.
 */
final class ScriptedInference implements AutoCloseable {
    private static final String END = "";

    private final HttpServer server;
    private final BlockingQueue<String> pullLines = new LinkedBlockingQueue<>();
    private volatile String tags = "{\"models\":[]}";
    private volatile String shown = "{}";
    private volatile String running = "{\"models\":[]}";

    ScriptedInference() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/api/tags", exchange -> answer(exchange, tags));
        server.createContext("/api/ps", exchange -> answer(exchange, running));
        server.createContext("/api/show", exchange -> answer(exchange, shown));
        server.createContext("/api/pull", this::pull);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What is told of each model. */
    void shows(String body) {
        shown = body;
    }

    void lists(String tagsBody, String runningBody) {
        tags = tagsBody;
        running = runningBody;
    }

    /** The next line of the pull that runs. */
    void pulls(String line) {
        pullLines.add(line);
    }

    void endsPull() {
        pullLines.add(END);
    }

    private void pull(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                var out = exchange.getResponseBody()) {
            for (String line = pullLines.take(); !line.equals(END); line = pullLines.take()) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        endsPull();
        server.stop(0);
    }
}
