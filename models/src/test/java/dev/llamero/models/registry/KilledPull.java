package dev.llamero.models.registry;

import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A process of its own that pulls a model, to be killed. */
final class KilledPull {
    private KilledPull() {}

    /** Arguments: root of the store, model. */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        var settings = new Registry.Settings(root.resolve("key"), Map.of(), "ollama/0.0.0 test", true);
        try (var registry = new Registry(new StoreFolder(root), settings, RegistryCase.SHORT, _ -> Long.MAX_VALUE)) {
            registry.pull(
                    ModelSource.parse(arguments[1]).orElseThrow(), true, RegistryCase::make, new RecordingListener());
        }
    }
}
