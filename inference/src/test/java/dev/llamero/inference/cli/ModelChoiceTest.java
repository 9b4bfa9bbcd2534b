package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelChoiceTest {
    @TempDir
    Path folder;

    @Test
    void namedModelIsServedAndMustExist() throws IOException {
        Path named = Files.createFile(folder.resolve("a.gguf"));
        assertThat(ModelChoice.of(named, Map.of(), folder, folder).path()).contains(named);
        assertThatThrownBy(() -> ModelChoice.of(folder.resolve("absent.gguf"), Map.of(), folder, folder))
                .hasMessageContaining("--model takes a GGUF file or a folder of them");
    }

    @Test
    void usersOwnModelsComeBeforeTheBuiltInOne() throws IOException {
        Files.createDirectories(folder.resolve(".llamero/models"));
        Files.createFile(folder.resolve(".llamero/models/own.gguf"));
        Files.createDirectories(folder.resolve("models/tiny-qwen3"));
        Files.createFile(folder.resolve("models/tiny-qwen3/tiny-qwen3.gguf"));
        assertThat(ModelChoice.of(null, Map.of(), folder, folder).path()).isEmpty();
    }

    @Test
    void ollamaStoreCountsAsModels() throws IOException {
        Path store = Files.createDirectories(folder.resolve("store/manifests/registry.ollama.ai/library/x"));
        Files.createFile(store.resolve("latest"));
        var environment = Map.of("OLLAMA_MODELS", folder.resolve("store").toString());
        assertThat(ModelChoice.of(null, environment, folder, folder).path()).isEmpty();
    }

    @Test
    void builtInModelIsTheLastChoice() throws IOException {
        Files.createDirectories(folder.resolve("models/tiny-qwen3"));
        Path builtIn = Files.createFile(folder.resolve("models/tiny-qwen3/tiny-qwen3.gguf"));
        var choice = ModelChoice.of(null, Map.of(), folder, folder);
        assertThat(choice.path()).contains(builtIn);
        assertThat(choice.sentence()).contains("built-in");
    }
}
