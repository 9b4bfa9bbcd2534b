package dev.llamero.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * A server that answers in all dialects and counts tokens as words. A kinder double would send its header chunk with
 * text in it, or all text at once, and hide a client that times the wrong chunk.
 */
final class ScriptedModelServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch clientLeft = new CountDownLatch(1);

    ScriptedModelServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/api/chat", exchange -> answer(exchange, this::ollama));
        server.createContext("/v1/chat/completions", exchange -> answer(exchange, this::openAi));
        server.createContext("/api/version", exchange -> whole(exchange, "{\"version\":\"0.0.1\"}"));
        server.createContext("/health", exchange -> whole(exchange, "{}"));
        server.createContext("/v1/models", exchange -> whole(exchange, "{}"));
        server.createContext("/props", exchange -> whole(exchange, "{\"build_info\":\"b1\"}"));
        server.start();
    }

    /** Writes one answer's chunks. */
    private interface Writer {
        void write(HttpExchange exchange, JsonNode body) throws IOException;
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<JsonNode> asked() {
        return asked;
    }

    /** Opens when a write to a client has failed. */
    CountDownLatch clientLeft() {
        return clientLeft;
    }

    void refuseChats() {
        server.removeContext("/api/chat");
    }

    private void answer(HttpExchange exchange, Writer writer) throws IOException {
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        asked.add(body);
        try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            writer.write(exchange, body);
        } catch (IOException e) {
            clientLeft.countDown();
        }
    }

    private void ollama(HttpExchange exchange, JsonNode body) throws IOException {
        int tokens = body.path("options").path("num_predict").asInt();
        send(exchange, "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n");
        for (int i = 0; i < tokens; i++) {
            send(exchange, "{\"message\":{\"content\":\"w \"},\"done\":false}\n");
            // A client that leaves in a long answer has to be noticed while the answer goes on.
            if (tokens > 1_000) {
                Thread.yield();
            }
        }
        send(
                exchange,
                "{\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":" + words(body)
                        + ",\"eval_count\":" + tokens + "}\n");
    }

    private void openAi(HttpExchange exchange, JsonNode body) throws IOException {
        int tokens = body.path("max_tokens").asInt();
        send(exchange, "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n");
        send(exchange, ": a comment that keeps the connection open\n\n");
        send(exchange, "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm \"}}]}\n\n");
        for (int i = 1; i < tokens; i++) {
            send(exchange, "data: {\"choices\":[{\"delta\":{\"content\":\"w \"}}]}\n\n");
        }
        send(
                exchange,
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":" + words(body) + ",\"completion_tokens\":" + tokens
                        + "},\"timings\":{\"predicted_n\":" + tokens + ",\"draft_n\":4,\"draft_n_accepted\":3}}\n\n");
        send(exchange, "data: [DONE]\n\n");
    }

    private static int words(JsonNode body) {
        int words = 0;
        for (JsonNode message : body.path("messages")) {
            words += message.path("content").asText().split(" ").length;
        }
        return words;
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    private static void whole(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
