package dev.llamero.inference.llama;

import static dev.llamero.inference.llama.TestModels.logits;
import static dev.llamero.inference.llama.TestModels.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufValue;
import dev.llamero.models.GgufWriter;
import dev.llamero.models.TensorRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LoRA adapters on the toy model. */
@Tag("native")
class AdaptersTest {
    private static final int[] PROMPT = {72, 101, 108, 108, 111};
    private static final long RANK = 4;

    @TempDir
    Path folder;

    /** An adapter of the first layer's queries, whose change is as large as the strength says. */
    private Path adapter(String architecture, float strength) throws IOException {
        Path file = Files.createTempDirectory(folder, "adapter").resolve("lora.gguf");
        new GgufWriter()
                .put("general.architecture", GgufValue.of(architecture))
                .put("general.type", GgufValue.of("adapter"))
                .put("adapter.type", GgufValue.of("lora"))
                .put("adapter.lora.alpha", GgufValue.of((float) RANK))
                .tensor("blk.0.attn_v.weight.lora_a", GgmlType.F32, List.of(128L, RANK), (row, values) -> {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) Math.sin(row * 31 + i);
                    }
                })
                .tensor("blk.0.attn_v.weight.lora_b", GgmlType.F32, List.of(RANK, 128L), TensorRows.filled(strength))
                .write(file);
        return file;
    }

    private static float[] answer(List<Path> adapters) {
        try (OpenModel model =
                TestModels.runtime().open(TestModels.toy(), adapters, TestModels.settings(512, 1), LoadProgress.NONE)) {
            step(model.decoder(), 0, 0, PROMPT);
            return logits(model.decoder(), PROMPT.length - 1);
        }
    }

    @Test
    void anAdapterChangesTheAnswerAsFarAsItIsStrong() throws IOException {
        float[] plain = answer(List.of());
        assertThat(answer(List.of(adapter("qwen3", 0)))).isEqualTo(plain);
        assertThat(distance(plain, answer(List.of(adapter("qwen3", 1))))).isGreaterThan(0.1);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum;
    }

    @Test
    void anAdapterOfAnotherModelIsRefusedWithTheReason() throws IOException {
        Path foreign = adapter("llama", 1);
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> answer(List.of(foreign)))
                .withMessageContaining("cannot load the adapter " + foreign)
                .withMessageContaining("mismatch");
    }

    @Test
    void aFileThatIsNoGgufNeverReachesTheLibrary() throws IOException {
        Path junk = Files.writeString(folder.resolve("junk"), "GGUF and then nothing");
        assertThatExceptionOfType(EngineException.Unloadable.class)
                .isThrownBy(() -> answer(List.of(junk)))
                .withMessageContaining("cannot load the adapter " + junk);
    }
}
