package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.dialects.CallerRequest;
import dev.llamero.dialects.ChatCompletionRequest;
import dev.llamero.dialects.CompletionRequest;
import dev.llamero.dialects.Manner;
import dev.llamero.dialects.MessagesRequest;
import dev.llamero.dialects.ResponsesRequest;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The table of endpoints, one line each: path, method, who answers. Immutable. */
public final class Routes {
    static final String HEALTH = "/healthz";
    private static final String MODEL_PREFIX = ModelsEndpoint.LIST + "/";

    private final Map<String, Route> routes = new HashMap<>();

    /** @param version of this proxy */
    public Routes(RunningCalls running, SlowClients slowClients, String version) {
        var attempts = new Attempts(running);
        var models = new ModelsEndpoint();
        Clock clock = Clock.systemUTC();
        generation("/v1/chat/completions", ChatCompletionRequest::read, attempts, slowClients, clock);
        generation("/v1/completions", CompletionRequest::read, attempts, slowClients, clock);
        generation("/v1/responses", ResponsesRequest::read, attempts, slowClients, clock);
        generation("/v1/messages", MessagesRequest::read, attempts, slowClients, clock);
        routes.put("/v1/embeddings", new Route("POST", new EmbeddingsEndpoint(attempts, slowClients)));
        routes.put(ModelsEndpoint.LIST, new Route("GET", models));
        routes.put(MODEL_PREFIX, new Route("GET", models));
        routes.put(HEALTH, new Route("GET", new HealthEndpoint(version)));
    }

    /** One line of the table. */
    record Route(String method, Endpoint endpoint) {}

    Optional<Route> find(String path) {
        return Optional.ofNullable(routes.get(path.startsWith(MODEL_PREFIX) ? MODEL_PREFIX : path));
    }

    /** What there is, for those who look for something else. */
    String all() {
        return String.join(
                ", ",
                routes.keySet().stream()
                        .filter(path -> !path.endsWith("/"))
                        .sorted()
                        .toList());
    }

    /** The dialect of a path's errors, also where the request never reaches its endpoint. */
    static CallerDialect dialect(String path) {
        if (path.startsWith("/v1/messages")) {
            return CallerDialect.ANTHROPIC;
        }
        // Clients of Ollama's API that come to the wrong port shall understand what they are told.
        return path.startsWith("/api/") ? CallerDialect.OLLAMA : CallerDialect.OPENAI;
    }

    private void generation(
            String path,
            BiFunction<byte[], Manner, CallerRequest> reader,
            Attempts attempts,
            SlowClients slowClients,
            Clock clock) {
        Endpoint endpoint =
                new GenerationEndpoint(body -> reader.apply(body, Manner.OFFICIAL), attempts, slowClients, clock);
        routes.put(path, new Route("POST", endpoint));
    }
}
