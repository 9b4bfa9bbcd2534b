package dev.llamero.proxy.http;

import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.ModelList;
import dev.llamero.dialects.UpstreamErrors;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.proxy.upstream.UpstreamDeadlines;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Map;

/** {@code GET /v1/models} and {@code GET /v1/models/ID}, from the model server's {@code /api/tags}. */
public final class ModelsEndpoint implements Endpoint {
    private static final String LIST = "/v1/models";
    private static final int TAGS_BYTES_MAX = 16 << 20;

    /** A list needs no model to be loaded, so a server that takes longer is in trouble. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final UpstreamClient upstream;
    private final UpstreamDeadlines deadlines;

    /** @param connect longest wait for a connection */
    public ModelsEndpoint(UpstreamClient upstream, Duration connect) {
        this.upstream = upstream;
        this.deadlines = new UpstreamDeadlines(connect, PATIENCE, PATIENCE);
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, AccessLine line) {
        ModelList models = tags(line);
        String path = request.path().path();
        byte[] body = path.equals(LIST) ? models.list() : one(models, path.substring(LIST.length() + 1));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header("Server-Timing", line.serverTiming());
        response.send(body);
    }

    private ModelList tags(AccessLine line) {
        try (UpstreamCall call = upstream.call(deadlines)) {
            int status = call.send("GET", "/api/tags", Map.of(RequestIds.HEADER, line.id()), new byte[0]);
            line.upstreamHead();
            byte[] body = call.readAll(TAGS_BYTES_MAX);
            if (status != 200) {
                throw new DialectException(UpstreamErrors.read(status < 400 ? 502 : status, body));
            }
            return ModelList.read(body);
        }
    }

    private static byte[] one(ModelList models, String id) {
        return models.model(id).orElseThrow(() -> new Refusal(404, "model_not_found", "model '" + id + "' not found"));
    }
}
