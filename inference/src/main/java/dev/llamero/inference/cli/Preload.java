package dev.llamero.inference.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Asks the model server to load its first model, so that the first question does not wait for it. Any thread. */
final class Preload {
    private static final int CONNECT_MILLIS = 2_000;
    /** Reading 20 GB from a slow disk takes minutes. */
    private static final int LOAD_MILLIS = 600_000;

    private static final ObjectMapper JSON = new ObjectMapper();
    private final Layer inference;

    Preload(Layer inference) {
        this.inference = inference;
    }

    /** Loads the first model of {@code /api/tags}, and says in words how that went. */
    String load() {
        long started = System.nanoTime();
        try {
            JsonNode models = call("GET", "/api/tags", null).path("models");
            if (models.isEmpty()) {
                return "no model found; give one with --model";
            }
            String name = chatModel(models);
            JsonNode reply = call("POST", "/api/generate", JSON.writeValueAsBytes(Map.of("model", name)));
            if (reply.has("error")) {
                return name + " cannot be loaded: " + reply.path("error").asText();
            }
            return "%s loaded in %.1f s".formatted(name, (System.nanoTime() - started) / 1e9);
        } catch (IOException e) {
            return "not loaded yet (" + e.getMessage() + ")";
        }
    }

    /** An embedding model answers no questions, so it is loaded only where there is nothing else. */
    private static String chatModel(JsonNode models) {
        for (JsonNode model : models) {
            for (JsonNode capability : model.path("capabilities")) {
                if (capability.asText().equals("completion")) {
                    return model.path("name").asText();
                }
            }
        }
        return models.get(0).path("name").asText();
    }

    private JsonNode call(String method, String path, byte[] body) throws IOException {
        var connection = (HttpURLConnection)
                URI.create(inference.address() + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(LOAD_MILLIS);
        if (body != null) {
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.getOutputStream().write(body);
        }
        try (var stream =
                connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] bytes = stream == null ? new byte[0] : stream.readAllBytes();
            return JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
