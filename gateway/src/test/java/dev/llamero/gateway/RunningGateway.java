package dev.llamero.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A gateway on a free port, for one test. */
final class RunningGateway implements AutoCloseable {
    private final GatewayServer server;

    private RunningGateway(GatewayServer server) {
        this.server = server;
    }

    /**
     * Starts it, if not told otherwise without titles and second attempts, which would ask the proxy what no test said.
     *
     * @param more further flags, each followed by its value
     */
    static RunningGateway start(URI proxy, Path data, String... more) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("--port", "0");
        settings.put("--admin-port", "0");
        settings.put("--model-endpoint", proxy.toString());
        settings.put("--data-dir", data.toString());
        settings.put("--inference-endpoint", "http://127.0.0.1:9");
        settings.put("--retry-for", "0s");
        settings.put("--automatic-titles", "false");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        var flags = settings.entrySet().stream()
                .flatMap(flag -> Stream.of(flag.getKey(), flag.getValue()))
                .toList();
        return new RunningGateway(GatewayServer.start(Settings.read(flags, Map.of("LLAMERO_CONFIG", "none.yaml"))));
    }

    int port() {
        return server.port();
    }

    /** Port of the figures; -1 if there is none. */
    int adminPort() {
        return server.adminPort();
    }

    String host() {
        return "127.0.0.1:" + port();
    }

    URI http(String path) {
        return URI.create("http://" + host() + path);
    }

    URI webSocket() {
        return URI.create("ws://" + host() + "/ws");
    }

    /** Lets the gateway believe that so much time has passed. */
    void beatLater(Duration later) {
        server.beatAt(System.nanoTime() + later.toNanos());
    }

    /** How many pages are open, as the health endpoint says. */
    int pages() throws IOException, InterruptedException {
        return get("/healthz").get("pages").asInt();
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(HttpRequest.newBuilder(http(path)).build(), BodyHandlers.ofByteArray());
            return new ObjectMapper().readTree(answer.body());
        }
    }

    /** For waits in tests. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public void close() {
        server.close();
    }
}
