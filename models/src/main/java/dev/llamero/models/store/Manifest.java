package dev.llamero.models.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a model consists of (specification 16.3). Immutable. */
public record Manifest(Layer config, List<Layer> layers) {
    public static final String MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LAYERS_MAX = 100_000;

    public Manifest {
        layers = List.copyOf(layers);
    }

    /**
     * Reads a manifest.
     *
     * @throws IOException if it is not JSON, or an entry has no right digest or size
     */
    public static Manifest parse(byte[] json) throws IOException {
        JsonNode root = JSON.readTree(json);
        if (root == null || !root.path("config").isObject()) {
            throw new IOException("the manifest has no config");
        }
        var layers = new ArrayList<Layer>();
        for (JsonNode layer : root.path("layers")) {
            layers.add(layer(layer));
            if (layers.size() > LAYERS_MAX) {
                throw new IOException("the manifest has more than " + LAYERS_MAX + " layers");
            }
        }
        return new Manifest(layer(root.path("config")), layers);
    }

    private static Layer layer(JsonNode node) throws IOException {
        String text = node.path("digest").asText();
        Digest digest = Digest.parse(text)
                .orElseThrow(() -> new IOException("the manifest names the digest \"" + text + "\", which is not one"));
        long size = node.path("size").asLong(-1);
        if (size < 0) {
            throw new IOException("the manifest gives no size for " + digest);
        }
        return new Layer(
                node.path("mediaType").asText(),
                digest,
                size,
                node.path("from").asText(),
                node.path("name").asText());
    }

    /** As Ollama writes it, byte for byte, with the line feed at its end. */
    public byte[] json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("schemaVersion", 2);
        object.put("mediaType", MEDIA_TYPE);
        object.put("config", config.object());
        object.put("layers", layers.stream().map(Layer::object).toList());
        return (GoJson.of(object) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The first layer of this media type. */
    public Optional<Layer> layer(String mediaType) {
        return layers.stream()
                .filter(layer -> layer.mediaType().equals(mediaType))
                .findFirst();
    }

    /** All layers of this media type, in order. */
    public List<Layer> layers(String mediaType) {
        return layers.stream()
                .filter(layer -> layer.mediaType().equals(mediaType))
                .toList();
    }

    /** Digests of all layers in order, then of the config; each once. */
    public Set<Digest> digests() {
        var digests = new LinkedHashSet<Digest>();
        layers.forEach(layer -> digests.add(layer.digest()));
        digests.add(config.digest());
        return digests;
    }

    /** Bytes of config and layers. */
    public long size() {
        return config.size() + layers.stream().mapToLong(Layer::size).sum();
    }
}
