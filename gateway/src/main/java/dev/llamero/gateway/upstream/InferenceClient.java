package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What only the inference server knows, by Ollama's API: models on its disk and in its memory, and how to get more. The
 * proxy passes none of it on. Any thread; every call blocks.
 */
public final class InferenceClient {
    /** Between two lines of a pull: a registry may be slow to answer. */
    private static final Duration PULL_SILENCE = Duration.ofMinutes(5);

    /** A line of the parameters that {@code /api/show} tells. */
    private static final Pattern SEED = Pattern.compile("^seed\\s+\\d");

    private final ModelClient client;

    public InferenceClient(ModelClient client) {
        this.client = client;
    }

    /**
     * A model as the inference server lists it; -1 and empty for what it does not say.
     *
     * @param sizeBytes on disk
     * @param loadedBytes in memory
     * @param contextTokens of the loaded one
     */
    public record Model(
            String name,
            long sizeBytes,
            boolean loaded,
            long loadedBytes,
            long contextTokens,
            String parameterSize,
            String quantization,
            String family) {}

    /**
     * All models on its disk, in its order.
     *
     * @throws UpstreamException if it does not answer, or has no such API
     */
    public List<Model> models(String requestId) {
        Map<String, JsonNode> loaded = new HashMap<>();
        ask("/api/ps", requestId)
                .path("models")
                .forEach(model -> loaded.put(model.path("name").asText(), model));
        var models = new ArrayList<Model>();
        for (JsonNode model : ask("/api/tags", requestId).path("models")) {
            String name = model.path("name").asText("");
            JsonNode running = loaded.getOrDefault(name, JsonNodeFactory.instance.missingNode());
            JsonNode details = model.path("details");
            models.add(new Model(
                    name,
                    model.path("size").asLong(-1),
                    loaded.containsKey(name),
                    running.path("size").asLong(-1),
                    running.path("context_length").asLong(-1),
                    details.path("parameter_size").asText(""),
                    details.path("quantization_level").asText(""),
                    details.path("family").asText("")));
        }
        return models;
    }

    /**
     * Whether the model's Modelfile sets a seed.
     *
     * @throws UpstreamException if the server does not answer, has no such API, or not this model
     */
    public boolean hasSeed(String model, String requestId) {
        byte[] body = JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        return checked(client.ask("/api/show", body, requestId))
                .path("parameters")
                .asText("")
                .lines()
                .anyMatch(line -> SEED.matcher(line).find());
    }

    private JsonNode ask(String path, String requestId) {
        return checked(client.ask(path, requestId));
    }

    private JsonNode checked(ModelClient.Answer answer) {
        if (answer.status() != 200) {
            throw Refusals.refused(client.endpoint(), answer.status(), answer.body());
        }
        return answer.json();
    }

    /** Prepares a pull; nothing is sent before {@link PullCall#run}. */
    public PullCall pull(String model, String requestId) {
        byte[] body = JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .put("stream", true)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        return new PullCall(new StreamedCall(
                client,
                () -> client.request(Method.POST, "/api/pull", requestId)
                        .readTimeout(PULL_SILENCE)
                        .header(HeaderNames.CONTENT_TYPE, "application/json")
                        .submit(body),
                PULL_SILENCE));
    }
}
