package dev.llamero.proxy.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.proxy.upstream.UpstreamDeadlines;
import dev.llamero.proxy.upstream.UpstreamException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/**
 * {@code GET /healthz}: that the proxy lives, and whether and how fast its model server answers. Needs no key and names
 * no address, so that a supervisor and the gateway can always ask.
 */
public final class HealthEndpoint implements Endpoint {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int VERSION_BYTES_MAX = 64 << 10;
    private static final double NANOS_PER_MILLI = 1e6;

    private final ObjectMapper mapper = new ObjectMapper();
    private final UpstreamDeadlines deadlines = new UpstreamDeadlines(PATIENCE, PATIENCE, PATIENCE);
    private final UpstreamClient upstream;

    public HealthEndpoint(UpstreamClient upstream) {
        this.upstream = upstream;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, AccessLine line) {
        ObjectNode health = mapper.createObjectNode().put("status", "ok").put("layer", "proxy");
        ask(health.putObject("upstream"), line.id());
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header("Server-Timing", line.serverTiming());
        response.send(health.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void ask(ObjectNode report, String id) {
        long start = System.nanoTime();
        try (UpstreamCall call = upstream.call(deadlines)) {
            int status = call.send("GET", "/api/version", Map.of(RequestIds.HEADER, id), new byte[0]);
            JsonNode answer = status == 200 ? mapper.readTree(call.readAll(VERSION_BYTES_MAX)) : null;
            double millis = Math.round((System.nanoTime() - start) / NANOS_PER_MILLI * 100) / 100.0;
            report.put("reachable", answer != null).put("latencyMs", millis);
            if (answer == null) {
                report.put("error", "the model server answered /api/version with status " + status);
            } else {
                report.put("version", answer.path("version").asText());
            }
        } catch (UpstreamException e) {
            report.put("reachable", false).put("error", e.getMessage());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            report.put("reachable", false).put("error", "the model server's version is not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }
}
