package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.llama.NativeSettings.Variant;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loading the library and opening models, and what is said when that fails. */
@Tag("native")
class OpeningTest {
    @TempDir
    Path folder;

    @Test
    void theLibraryIsTheVersionThatTheLayoutsAreFor() {
        LlamaRuntime runtime = TestModels.runtime();
        assertThat(runtime.version()).startsWith("0.5.0");
        assertThat(TestModels.runtime()).isSameAs(runtime);
    }

    @Test
    void aModelThatIsOpenedWithAnotherIsCountedBesideIt() throws IOException {
        LlamaRuntime runtime = TestModels.runtime();
        ModelSettings one = TestModels.settings(512, 1);
        long wanted = runtime.bytesWanted(TestModels.toy(), one);
        assertThat(wanted).isGreaterThan(Files.size(TestModels.toy()));
        assertThat(runtime.bytesWanted(TestModels.toy(), TestModels.settings(2048, 1)))
                .isGreaterThan(wanted);
        assertThat(runtime.bytesWanted(folder.resolve("missing.gguf"), one)).isZero();
        assertThat(runtime.fits(TestModels.toy(), one, wanted)).isTrue();
        assertThat(runtime.fits(TestModels.toy(), one, Long.MAX_VALUE / 4)).isFalse();
    }

    @Test
    void anotherVersionIsRefused() {
        LlamaRuntime.requireVersion("0.5.0", Path.of("libllama.so"));
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> LlamaRuntime.requireVersion("0.5.1", Path.of("/opt/libllama.so")))
                .withMessage("/opt/libllama.so is llama.cpp v0.5.1, and Llamero needs v0.5.0; "
                        + "correct or unset LLAMERO_LIBLLAMA");
    }

    @Test
    void aFileThatIsNoLibraryIsNamed() throws IOException {
        Path library = Files.writeString(folder.resolve("libllama.v0.5.0.so"), "not a library");
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> LlamaRuntime.openLibrary(library))
                .withMessageContaining(library + " is no library")
                .withMessageContaining("build again");
    }

    @Test
    void aLibraryOfAnotherProgramIsNotTakenForLlama() {
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> new ModelApi(name -> Optional.empty()))
                .withMessageContaining("no function llama_version")
                .withMessageContaining("llama.cpp v0.5.0");
    }

    @Test
    void oneProcessHasOneLibrary() throws IOException {
        TestModels.runtime();
        for (String name : List.of("libllama.so", "libggml.so", "libggml-base.so", "libggml-cpu.so")) {
            Files.createFile(folder.resolve(name));
        }
        NativeSettings other = new NativeSettings(Optional.of(folder), Optional.empty(), Variant.AUTO);
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> LlamaRuntime.load(other))
                .withMessageContaining("already loaded from")
                .withMessageContaining("restart");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GGU", "this is no model", "GGUF", "GGUF\3\0\0\0\377\377\377\377"})
    void aFileThatIsNoModelIsNamed(String content) throws IOException {
        Path file = Files.write(folder.resolve("bad.gguf"), content.getBytes(StandardCharsets.ISO_8859_1));
        refused(file, "bad.gguf");
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        refused(folder.resolve("none.gguf"), "none.gguf is not a readable file");
        refused(folder, "is not a readable file");
    }

    @Test
    void aModelCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(TestModels.toy());
        for (int part = 1; part < 20; part++) {
            byte[] cut = Arrays.copyOf(whole, whole.length / 20 * part);
            refused(Files.write(folder.resolve("cut.gguf"), cut), "cut.gguf");
        }
    }

    @Test
    void anUnknownArchitectureIsNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(TestModels.toy());
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("qwen3", "qwenX");
        Path file = Files.write(folder.resolve("odd.gguf"), text.getBytes(StandardCharsets.ISO_8859_1));
        refused(file, "unknown model architecture: 'qwenX'");
    }

    @Test
    void anEmbeddingModelIsNotTakenForAGenerator() {
        refused(TestModels.shared(TestModels.EMBEDDER), "it is a model for embeddings");
    }

    @Test
    void progressRunsFromNothingToTheEnd() {
        List<Float> seen = new ArrayList<>();
        LoadProgress progress = fraction -> {
            seen.add(fraction);
            return true;
        };
        TestModels.runtime()
                .open(TestModels.toy(), TestModels.settings(256, 1), progress)
                .close();
        assertThat(seen).isSorted().hasSizeLessThan(100);
        assertThat(seen.getFirst()).isBetween(0f, 0.5f);
        assertThat(seen.getLast()).isEqualTo(1f);
    }

    @Test
    void aListenerCanGiveUp() {
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() ->
                        TestModels.runtime().open(TestModels.toy(), TestModels.settings(256, 1), fraction -> false))
                .withMessageContaining("toy.gguf was cancelled");
    }

    @Test
    void whatAListenerThrowsReachesTheCaller() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestModels.runtime().open(TestModels.toy(), TestModels.settings(256, 1), fraction -> {
                    throw new IllegalArgumentException("listener");
                }))
                .withMessage("listener");
    }

    @Test
    void theContextEndsAtTheTrainingLength() {
        try (OpenModel model =
                TestModels.runtime().open(TestModels.toy(), TestModels.settings(1 << 20, 1), LoadProgress.NONE)) {
            assertThat(model.info().contextTokens()).isEqualTo(model.trainingContext());
        }
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSettings.ofContext(0))
                .withMessage("contextTokens is 0, not in 1..16777216");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelSettings(4096, 4, 2, 0, KvType.F16, 0, 512, true))
                .withMessageContaining("sequencesMax is 2, not in 4..256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelSettings(1 << 23, 4, 4, 0, KvType.F16, 0, 512, true))
                .withMessageContaining("cells");
    }

    private static void refused(Path file, String words) {
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> TestModels.open(file).close())
                .withMessageContaining(words);
    }
}
