package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.ToyModel;
import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which model guesses: what a request or Modelfile says before the setting. */
class DraftModelsTest {
    private static final LoadOptions OPTIONS = new LoadOptions(512, -1, 0, 512, true);

    @TempDir
    Path folder;

    private LocalModel large;
    private LocalModel small;
    private DraftModels bySetting;

    @BeforeEach
    void write() throws IOException {
        large = model("large");
        small = model("small");
        bySetting = drafts(16);
    }

    private DraftModels drafts(int tokensMax) {
        return new DraftModels(new StepOptions(Optional.empty(), tokensMax, Optional.of(small.weights())), 1);
    }

    private LocalModel model(String name) throws IOException {
        Path path = folder.resolve(name + ".gguf");
        ToyModel.write(path, 1);
        return new LocalModel(
                ModelName.inLibrary(name).orElseThrow(),
                path,
                false,
                1,
                () -> "0",
                Instant.EPOCH,
                "",
                LocalModel.Layers.NONE,
                ModelHeader.read(path));
    }

    @Test
    void theSettingsModelGuessesForAllButItself() {
        assertThat(bySetting.chosen(large, OPTIONS).map(DraftChoice.Named::weights))
                .contains(small.weights());
        assertThat(bySetting.chosen(small, OPTIONS)).isEmpty();
    }

    @Test
    void whatIsSaidComesBeforeTheSetting() throws IOException {
        LocalModel other = model("other");
        assertThat(bySetting.chosen(large, OPTIONS.with(DraftChoice.of(other))).map(DraftChoice.Named::name))
                .contains("other:latest");
        assertThat(bySetting.chosen(large, OPTIONS.with(DraftChoice.NONE))).isEmpty();
    }

    @Test
    void nobodyGuessesWhereGuessingIsOff() {
        assertThat(drafts(0).chosen(large, OPTIONS)).isEmpty();
        assertThat(drafts(0).chosen(large, OPTIONS.with(DraftChoice.of(small)))).isEmpty();
    }

    @Test
    void aLoadedModelDoesForARequestThatSaysNothing() {
        LoadOptions guessed = OPTIONS.with(DraftChoice.of(small));
        assertThat(guessed.serve(OPTIONS)).isTrue();
        assertThat(guessed.serve(guessed)).isTrue();
        assertThat(guessed.serve(OPTIONS.with(DraftChoice.NONE))).isFalse();
        assertThat(OPTIONS.serve(guessed)).isFalse();
        assertThat(guessed.serve(new LoadOptions(1024, -1, 0, 512, true))).isFalse();
    }
}
