package dev.llamero.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An Ollama store (specification 16.3), read only: manifests, and the blobs that they name. A manifest never names a
 * path: digests are checked before they become file names. Any thread.
 */
public final class OllamaStore implements ModelStore.Source {
    private static final System.Logger LOG = System.getLogger(OllamaStore.class.getName());
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final String TYPE = "application/vnd.ollama.image.";
    private static final long MANIFEST_BYTES_MAX = 4 << 20;
    private static final long TEXT_BYTES_MAX = 16 << 20;
    private static final int MANIFESTS_MAX = 10_000;

    private final Path root;
    private final Optional<Boolean> goTemplates;
    private final HeaderCache headers = new HeaderCache();

    /**
     * The store in a folder.
     *
     * @param root has {@code manifests} and {@code blobs}; one that does not exist counts as empty
     * @param goTemplates whether Go templates make prompts; empty for whichever template offers more
     */
    public OllamaStore(Path root, Optional<Boolean> goTemplates) {
        this.root = root;
        this.goTemplates = goTemplates;
    }

    @Override
    public List<LocalModel> list() {
        var models = new ArrayList<LocalModel>();
        for (Path manifest : manifests()) {
            nameOf(manifest).flatMap(name -> model(name, manifest)).ifPresent(models::add);
        }
        return models;
    }

    @Override
    public Optional<LocalModel> find(ModelName name) {
        for (Path manifest : manifests()) {
            Optional<ModelName> found = nameOf(manifest).filter(name::sameAs);
            if (found.isPresent()) {
                return model(found.get(), manifest);
            }
        }
        return Optional.empty();
    }

    private List<Path> manifests() {
        Path folder = root.resolve("manifests");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder, 4)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .limit(MANIFESTS_MAX)
                    .sorted()
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list the store " + folder + ": " + e);
            return List.of();
        }
    }

    private Optional<ModelName> nameOf(Path manifest) {
        Path parts = root.resolve("manifests").relativize(manifest);
        return parts.getNameCount() == 4
                ? ModelName.of(
                        parts.getName(0).toString(),
                        parts.getName(1).toString(),
                        parts.getName(2).toString(),
                        parts.getName(3).toString())
                : Optional.empty();
    }

    private Optional<LocalModel> model(ModelName name, Path manifest) {
        try {
            byte[] bytes = read(manifest, MANIFEST_BYTES_MAX);
            JsonNode root = JSON.readTree(bytes);
            var layers = new ArrayList<JsonNode>();
            root.path("layers").forEach(layers::add);
            Optional<JsonNode> weights = layer(layers, "model");
            if (weights.isEmpty()) {
                LOG.log(System.Logger.Level.DEBUG, "left out " + name.display() + ": it has no GGUF weights");
                return Optional.empty();
            }
            long size = root.path("config").path("size").asLong();
            for (JsonNode layer : layers) {
                size += layer.path("size").asLong();
            }
            String digest = HexFormat.of().formatHex(sha256(bytes));
            Path blob = blob(weights.get());
            return Optional.of(new LocalModel(
                    name,
                    blob.toAbsolutePath(),
                    layer(layers, "projector").isPresent(),
                    size,
                    () -> digest,
                    Files.getLastModifiedTime(manifest).toInstant(),
                    weights.get().path("from").asText(""),
                    text(layers),
                    headers.header(blob)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "left out " + name.display() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private LocalModel.Layers text(List<JsonNode> layers) throws IOException {
        var messages = new ArrayList<LocalModel.Message>();
        for (JsonNode message : JSON.readTree(textOf(layer(layers, "messages")).orElse("[]"))) {
            messages.add(new LocalModel.Message(
                    message.path("role").asText(), message.path("content").asText()));
        }
        var licenses = new ArrayList<String>();
        for (JsonNode layer : layers) {
            if (layer.path("mediaType").asText().equals(TYPE + "license")) {
                licenses.add(textOf(Optional.of(layer)).orElse(""));
            }
        }
        Optional<JsonNode> template = layer(layers, "template").or(() -> layer(layers, "prompt"));
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (var entry :
                JSON.readTree(textOf(layer(layers, "params")).orElse("{}")).properties()) {
            parameters.put(entry.getKey(), JsonTree.plain(entry.getValue()));
        }
        return new LocalModel.Layers(
                textOf(template), goTemplates, textOf(layer(layers, "system")), parameters, messages, licenses);
    }

    private static Optional<JsonNode> layer(List<JsonNode> layers, String kind) {
        return layers.stream()
                .filter(layer -> layer.path("mediaType").asText().equals(TYPE + kind))
                .findFirst();
    }

    private Optional<String> textOf(Optional<JsonNode> layer) throws IOException {
        return layer.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(read(blob(layer.get()), TEXT_BYTES_MAX), StandardCharsets.UTF_8));
    }

    private Path blob(JsonNode layer) throws IOException {
        String digest = layer.path("digest").asText();
        if (!DIGEST.matcher(digest).matches()) {
            throw new IOException("its manifest names the digest \"" + digest + "\", which is not one");
        }
        return root.resolve("blobs").resolve(digest.replace(':', '-'));
    }

    private static byte[] read(Path file, long max) throws IOException {
        if (Files.size(file) > max) {
            throw new IOException(file + " is larger than " + max + " bytes");
        }
        return Files.readAllBytes(file);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
