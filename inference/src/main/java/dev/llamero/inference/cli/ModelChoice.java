package dev.llamero.inference.cli;

import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which model {@code up} serves: the one named, else what the user's folders hold, else the built-in one.
 *
 * @param path what to hand to the model server; empty if it finds models by itself
 * @param sentence what to tell the user
 */
record ModelChoice(Optional<Path> path, String sentence) {
    /** Seed of the toy model: any number gives a model that talks nonsense, this one always the same. */
    private static final long TOY_SEED = 1;

    /**
     * Decides before anything is started.
     *
     * @throws IllegalArgumentException if the named path is not there
     * @throws IOException if the toy model cannot be written
     */
    static ModelChoice of(Path named, Map<String, String> environment, Path home, Path root) throws IOException {
        if (named != null) {
            if (!Files.exists(named)) {
                throw new IllegalArgumentException(
                        "no file or folder " + named + "; --model takes a GGUF file or a folder of them");
            }
            return new ModelChoice(Optional.of(named.toAbsolutePath()), "Serving " + named);
        }
        Path folder = folder(environment, "LLAMERO_MODELS", home.resolve(".llamero/models"));
        Path store = folder(environment, "OLLAMA_MODELS", home.resolve(".ollama/models"));
        if (UpCommand.holds(folder, ".gguf") || UpCommand.holds(store.resolve("manifests"), "")) {
            return new ModelChoice(Optional.empty(), "Serving the models in " + folder + " and " + store);
        }
        Path builtIn = root.resolve("models/tiny-qwen3/tiny-qwen3.gguf");
        if (Files.isRegularFile(builtIn)) {
            return new ModelChoice(
                    Optional.of(builtIn),
                    "No model found in " + folder + " or " + store + ": serving the small built-in model.");
        }
        return new ModelChoice(
                Optional.of(toy(root)),
                "No model found in " + folder + " or " + store + ": serving a toy model, which talks nonsense.");
    }

    private static Path toy(Path root) throws IOException {
        Path file = root.resolve(".llamero/toy-qwen3.gguf");
        if (!Files.isRegularFile(file)) {
            Files.createDirectories(file.getParent());
            ToyModel.write(file, TOY_SEED);
        }
        return file;
    }

    private static Path folder(Map<String, String> environment, String name, Path fallback) {
        String value = environment.getOrDefault(name, "").strip();
        return value.isEmpty() ? fallback : Path.of(value);
    }
}
