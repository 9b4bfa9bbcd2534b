package dev.llamero.proxy.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.dialects.CallerDialect;
import dev.llamero.dialects.Failure;
import dev.llamero.proxy.figures.PrometheusText;
import dev.llamero.proxy.pool.Health;
import dev.llamero.proxy.pool.Upstream;
import dev.llamero.proxy.pool.UpstreamPool;
import dev.llamero.settings.SettingsException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The handler behind the admin listener, which is on loopback only and asks for no key: so no page of another site may
 * reach it through a browser.
 */
public final class AdminDoor implements Handler {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String JSON = "application/json";

    private final Map<String, Page> pages = new TreeMap<>();

    /**
     * @param live the settings of the moment
     * @param reload reads the settings again; gives the names of those that count from the next start only, or throws
     *     {@link SettingsException} and changes nothing
     */
    public AdminDoor(Supplier<Live> live, Supplier<List<String>> reload, MetricsPage metrics, String version) {
        pages.put(
                "/healthz",
                new Page("GET", JSON, () -> HealthEndpoint.report(live.get().pool(), version)));
        pages.put("/upstreams", new Page("GET", JSON, () -> upstreams(live.get().pool())));
        pages.put("/metrics", new Page("GET", PrometheusText.TYPE, metrics::page));
        pages.put("/reload", new Page("POST", JSON, () -> reloaded(reload.get())));
    }

    /** One page: its method, content type and body. */
    private record Page(String method, String contentType, Supplier<byte[]> body) {}

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        try {
            CallerChecks.checkLocal(request);
            Page page = page(request, response);
            byte[] body = page.body().get();
            response.header(HeaderNames.CONTENT_TYPE, page.contentType());
            response.send(body);
        } catch (Refusal e) {
            fail(response, new Failure(e.status(), e.getMessage(), null, e.code()));
        } catch (SettingsException e) {
            fail(response, new Failure(400, e.getMessage() + "; the old settings stay", null, "bad_settings"));
        }
    }

    private Page page(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        String method = request.prologue().method().text();
        Page page = pages.get(path);
        if (page == null) {
            throw new Refusal(
                    404, "unknown_path", "there is no " + path + " here, but " + String.join(", ", pages.keySet()));
        }
        if (!page.method().equals(method)) {
            response.header(HeaderNames.ALLOW, page.method());
            throw new Refusal(405, "method_not_allowed", path + " takes " + page.method() + ", not " + method);
        }
        return page;
    }

    private static void fail(ServerResponse response, Failure failure) {
        response.status(Status.create(failure.status()));
        response.header(HeaderNames.CONTENT_TYPE, JSON);
        response.send(CallerDialect.OPENAI.error(failure, ""));
    }

    private static byte[] reloaded(List<String> needsRestart) {
        ObjectNode report = MAPPER.createObjectNode().put("status", "reloaded");
        var names = report.putArray("needsRestart");
        needsRestart.forEach(names::add);
        return bytes(report);
    }

    private static byte[] upstreams(UpstreamPool pool) {
        ObjectNode report = MAPPER.createObjectNode().put("waiting", pool.waiting());
        var list = report.putArray("upstreams");
        pool.upstreams().forEach(upstream -> describe(list.addObject(), upstream));
        return bytes(report);
    }

    private static void describe(ObjectNode node, Upstream upstream) {
        Health health = upstream.health();
        node.put("name", upstream.spec().name())
                .put("url", upstream.spec().address().toString())
                .put(
                        "kind",
                        upstream.knownKind()
                                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                                .orElse("unknown"))
                .put("up", health.up())
                .put("breaker", upstream.breakerState())
                .put("inFlight", upstream.inFlight())
                .put("maxConcurrent", upstream.spec().concurrentMax())
                .put("weight", upstream.spec().weight())
                .put("calls", upstream.calls())
                .put("failures", upstream.failures())
                .put("latencyMs", health.latencyMillis());
        if (!health.up()) {
            node.put("error", health.error());
        }
        var models = node.putArray("models");
        upstream.models().forEach(models::add);
    }

    private static byte[] bytes(ObjectNode report) {
        return (report + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
