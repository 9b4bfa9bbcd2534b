package dev.llamero.inference.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on a real socket that gives prepared replies and keeps what it was asked. */
final class FakeOllama implements AutoCloseable {
    private record Prepared(int status, String body) {}

    private final Map<String, Prepared> replies = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    FakeOllama() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    /** @param request method and path, and a space and the body where only that is answered so */
    FakeOllama reply(String request, int status, String body) {
        replies.put(request, new Prepared(status, body));
        return this;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Method, path and body of each request. */
    List<String> requests() {
        return requests;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            requests.add((line + " " + body).strip());
            Prepared prepared = replies.getOrDefault(
                    line + " " + body, replies.getOrDefault(line, new Prepared(404, "404 page not found")));
            byte[] bytes = prepared.body().getBytes(StandardCharsets.UTF_8);
            // A length of zero makes the reply a chunked one.
            exchange.sendResponseHeaders(prepared.status(), bytes.length == 0 ? -1 : 0);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
