package dev.llamero.proxy.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.proxy.pool.Health;
import dev.llamero.proxy.pool.Upstream;
import dev.llamero.proxy.pool.UpstreamPool;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;

/**
 * {@code GET /healthz}: that the proxy lives, and whether and how fast its first model server answers; how many of
 * several do. Needs no key, so that a supervisor and the gateway can always ask; asks the servers at most once a
 * second.
 */
final class HealthEndpoint implements Endpoint {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String version;

    /** @param version of this proxy */
    HealthEndpoint(String version) {
        this.version = version;
    }

    @Override
    public void handle(Exchange exchange) {
        exchange.response().header(HeaderNames.CONTENT_TYPE, "application/json");
        exchange.response().header(Exchange.SERVER_TIMING, exchange.facts().serverTiming());
        exchange.sendPlain(report(exchange.live().pool(), version));
    }

    static byte[] report(UpstreamPool pool, String version) {
        pool.refresh();
        ObjectNode report = MAPPER.createObjectNode()
                .put("status", "ok")
                .put("layer", "proxy")
                .put("version", version);
        Health first = pool.upstreams().getFirst().health();
        ObjectNode upstream = report.putObject("upstream").put("reachable", first.up());
        if (first.up()) {
            upstream.put("latencyMs", first.latencyMillis());
            if (!first.version().isEmpty()) {
                upstream.put("version", first.version());
            }
        } else {
            upstream.put("error", first.error());
        }
        report.putObject("upstreams")
                .put("all", pool.upstreams().size())
                .put(
                        "up",
                        pool.upstreams().stream()
                                .map(Upstream::health)
                                .filter(Health::up)
                                .count());
        return report.toString().getBytes(StandardCharsets.UTF_8);
    }
}
