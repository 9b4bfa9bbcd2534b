package dev.llamero.proxy.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.UpstreamErrors;
import dev.llamero.dialects.UpstreamKind;
import dev.llamero.dialects.UpstreamRequest;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.proxy.upstream.UpstreamDeadlines;
import dev.llamero.proxy.upstream.UpstreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** The questions that cost a model server nothing: which API it speaks, its version, its models. Stateless. */
final class ServerQuestions {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final UpstreamClient client;
    private final UpstreamDeadlines deadlines;

    /** @param patience longest wait for each part of an answer */
    ServerQuestions(UpstreamClient client, Duration patience) {
        this.client = client;
        this.deadlines = new UpstreamDeadlines(patience, patience, patience);
    }

    /** Ollama's version; empty from a server that is none. */
    String ollamaVersion() {
        Answer answer = get("/api/version");
        try {
            JsonNode json = answer.status() == 200 ? MAPPER.readTree(answer.body()) : null;
            return json == null ? "" : json.path("version").asText("");
        } catch (IOException e) {
            // Another server's page at that path.
            return "";
        }
    }

    /**
     * The models it serves.
     *
     * @throws UpstreamException if it gives no list although it should
     */
    Listing models(UpstreamKind kind) {
        UpstreamRequest list = kind.listRequest();
        Answer answer = get(list.path());
        return switch (answer.status()) {
            case 200 -> listing(kind, list.path(), answer.body());
            // It has no list: nothing says that it is ill, or what it does not serve.
            case 404, 405, 501 -> Listing.UNKNOWN;
            case 401, 403 ->
                throw refused("refused the proxy's key for " + list.path() + " (status " + answer.status()
                        + "); check the api key of this upstream");
            default ->
                throw refused("answered " + list.path() + " with status " + answer.status() + ": "
                        + UpstreamErrors.read(answer.status(), answer.body()).message());
        };
    }

    private Listing listing(UpstreamKind kind, String path, byte[] body) {
        try {
            return new Listing(true, kind.list(body));
        } catch (DialectException e) {
            throw refused("answered " + path + " with something that is no list of models");
        }
    }

    private Answer get(String path) {
        try (UpstreamCall call = client.call(deadlines)) {
            int status = call.send("GET", path, Map.of(), new byte[0]);
            return new Answer(status, call.readAll(ANSWER_BYTES_MAX));
        }
    }

    private UpstreamException refused(String what) {
        return new UpstreamException(UpstreamException.Kind.REFUSED, client.label() + " " + what);
    }

    private record Answer(int status, byte[] body) {}
}
