package dev.llamero.models.registry;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.GgufException;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a model of one GGUF file that was fetched by its address: a config that says what it is, and a manifest. */
final class GgufFileModel {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private GgufFileModel() {}

    static Manifest manifest(StoreFolder store, StoreFolder.Hold hold, Layer weights) throws IOException {
        GgufFile file;
        try {
            file = GgufFile.read(
                    store.blobs().path(weights.digest()), GgufReadOption.OMIT_LARGE_ARRAYS, GgufReadOption.SINGLE_PART);
        } catch (GgufException e) {
            throw new RegistryException("the file is no GGUF model: " + e.getMessage(), e);
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_format", "gguf");
        config.put("model_family", file.architecture());
        config.put("model_families", List.of(file.architecture()));
        config.put("model_type", file.parameterSize());
        config.put("file_type", file.quantizationLevel());
        config.put("architecture", "amd64");
        config.put("os", "linux");
        Blobs.Added added = store.blobs().add(JSON.writeValueAsString(config) + "\n");
        hold.add(added.digest());
        return new Manifest(new Layer(Layer.CONFIG, added.digest(), added.size()), List.of(weights));
    }
}
