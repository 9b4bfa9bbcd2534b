package dev.llamero.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.inference.api.JsonTree;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.Manifests;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of an Ollama store (specification 16.3) that have GGUF weights. Any thread. */
public final class OllamaStore implements ModelStore.Source {
    private static final System.Logger LOG = System.getLogger(OllamaStore.class.getName());
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long TEXT_BYTES_MAX = 16 << 20;

    private final StoreFolder store;
    private final Optional<Boolean> goTemplates;
    private final HeaderCache headers = new HeaderCache();

    /**
     * The models of a store.
     *
     * @param store one that does not exist counts as empty
     * @param goTemplates whether Go templates make prompts; empty for whichever template offers more
     */
    public OllamaStore(StoreFolder store, Optional<Boolean> goTemplates) {
        this.store = store;
        this.goTemplates = goTemplates;
    }

    @Override
    public List<LocalModel> list() {
        return store.manifests().list().stream()
                .flatMap(stored -> model(stored).stream())
                .toList();
    }

    @Override
    public Optional<LocalModel> find(ModelName name) {
        return store.manifests().installed(name).flatMap(this::read).flatMap(this::model);
    }

    private Optional<Manifests.Stored> read(ModelName name) {
        try {
            return Optional.of(store.manifests().read(name));
        } catch (IOException e) {
            return leftOut(name, e);
        }
    }

    private static <T> Optional<T> leftOut(ModelName name, IOException e) {
        LOG.log(System.Logger.Level.WARNING, "left out " + name.display() + ": " + e.getMessage());
        return Optional.empty();
    }

    private Optional<LocalModel> model(Manifests.Stored stored) {
        Manifest manifest = stored.manifest();
        Optional<Layer> weights = manifest.layer(Layer.MODEL);
        if (weights.isEmpty()) {
            LOG.log(System.Logger.Level.DEBUG, "left out " + stored.name().display() + ": it has no GGUF weights");
            return Optional.empty();
        }
        try {
            Path blob = store.blobs().path(weights.get().digest()).toAbsolutePath();
            return Optional.of(new LocalModel(
                    stored.name(),
                    blob,
                    manifest.layer(Layer.PROJECTOR).isPresent(),
                    manifest.size(),
                    stored.digest()::hex,
                    stored.modified(),
                    weights.get().from(),
                    text(manifest),
                    headers.header(blob)));
        } catch (IOException e) {
            return leftOut(stored.name(), e);
        }
    }

    private LocalModel.Layers text(Manifest manifest) throws IOException {
        var messages = new ArrayList<LocalModel.Message>();
        for (JsonNode message :
                JSON.readTree(text(manifest.layer(Layer.MESSAGES)).orElse("[]"))) {
            messages.add(new LocalModel.Message(
                    message.path("role").asText(), message.path("content").asText()));
        }
        var licenses = new ArrayList<String>();
        for (Layer license : manifest.layers(Layer.LICENSE)) {
            licenses.add(text(Optional.of(license)).orElse(""));
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (var entry : JSON.readTree(text(manifest.layer(Layer.PARAMETERS)).orElse("{}"))
                .properties()) {
            parameters.put(entry.getKey(), JsonTree.plain(entry.getValue()));
        }
        return new LocalModel.Layers(
                text(manifest.layer(Layer.TEMPLATE).or(() -> manifest.layer(Layer.PROMPT))),
                goTemplates,
                text(manifest.layer(Layer.SYSTEM)),
                parameters,
                messages,
                licenses,
                files(manifest, Layer.ADAPTER),
                files(manifest, Layer.PROJECTOR),
                builtIns(manifest));
    }

    private List<Path> files(Manifest manifest, String mediaType) {
        return manifest.layers(mediaType).stream()
                .map(layer -> store.blobs().path(layer.digest()).toAbsolutePath())
                .toList();
    }

    /** A config that is not there or no JSON says nothing: the weights tell all that is needed. */
    private LocalModel.BuiltIns builtIns(Manifest manifest) {
        try {
            JsonNode config = JSON.readTree(store.blobs().read(manifest.config().digest(), TEXT_BYTES_MAX));
            return new LocalModel.BuiltIns(
                    config.path("renderer").asText(),
                    config.path("parser").asText(),
                    config.path("requires").asText(),
                    details(config));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot read a model's config: " + e);
            return LocalModel.BuiltIns.NONE;
        }
    }

    private static LocalModel.Details details(JsonNode config) {
        return new LocalModel.Details(
                config.path("model_format").asText(),
                config.path("model_family").asText(),
                texts(config.path("model_families")),
                config.path("model_type").asText(),
                config.path("file_type").asText(),
                texts(config.path("capabilities")));
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private Optional<String> text(Optional<Layer> layer) throws IOException {
        return layer.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new String(store.blobs().read(layer.get().digest(), TEXT_BYTES_MAX), StandardCharsets.UTF_8));
    }
}
