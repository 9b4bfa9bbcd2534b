package dev.llamero.models.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufTensor;
import dev.llamero.models.GgufValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plain files of a training run become a GGUF. */
class TinyModelExportTest {
    private static final int WIDTH = 32;
    private static final List<String> TOKENS =
            List.of("1 a", "1 b", "1 ab", "3 <|endoftext|>", "3 <|im_end|>", "4 <think>");

    @TempDir
    private Path folder;

    @BeforeEach
    void writePlainFiles() throws IOException {
        Files.write(folder.resolve("tokens.txt"), TOKENS);
        Files.write(folder.resolve("merges.txt"), List.of("a b"));
        Files.write(
                folder.resolve("settings.txt"),
                List.of("context_length 4096", "rope.freq_base 1000000.0", "attention.layer_norm_rms_epsilon 1e-06"));
        Files.write(
                folder.resolve("tensors.txt"),
                List.of("token_embd.weight " + WIDTH + " " + TOKENS.size(), "output_norm.weight " + WIDTH));
        writeNumbers(WIDTH * TOKENS.size() + WIDTH);
    }

    @Test
    void everyPartArrives() throws IOException {
        Path out = folder.resolve("model.gguf");
        TinyModelExport.write(folder, "{{ messages }}", out, GgmlType.F16);
        GgufFile file = GgufFile.read(out);
        assertThat(file.architecture()).isEqualTo("qwen3");
        assertThat(file.chatTemplate()).contains("{{ messages }}");
        assertThat(file.quantizationLevel()).isEqualTo("F16");
        assertThat(file.metadata())
                .containsEntry("qwen3.context_length", GgufValue.ofUnsigned(4096))
                .containsEntry("qwen3.rope.freq_base", GgufValue.of(1e6f))
                .containsEntry("qwen3.attention.layer_norm_rms_epsilon", GgufValue.of(1e-6f))
                .containsEntry("tokenizer.ggml.eos_token_id", GgufValue.ofUnsigned(4))
                .containsEntry("tokenizer.ggml.bos_token_id", GgufValue.ofUnsigned(3));
        assertThat(file.tensors()).extracting(GgufTensor::type).containsExactly(GgmlType.F16, GgmlType.F32);
        assertThat(file.tensors().getFirst().dimensions()).containsExactly((long) WIDTH, (long) TOKENS.size());
    }

    @Test
    void numbersKeepTheirOrder() throws IOException {
        Path out = folder.resolve("model.gguf");
        TinyModelExport.write(folder, "", out, GgmlType.F16);
        GgufTensor norm = GgufFile.read(out).tensors().get(1);
        byte[] bytes = Files.readAllBytes(out);
        var values = ByteBuffer.wrap(bytes, Math.toIntExact(bytes.length - norm.bytes()), WIDTH * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(values.get(0)).isEqualTo(WIDTH * TOKENS.size() / 8f);
        assertThat(values.get(WIDTH - 1)).isEqualTo((WIDTH * TOKENS.size() + WIDTH - 1) / 8f);
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws IOException {
        TinyModelExport.write(folder, "x", folder.resolve("one.gguf"), GgmlType.Q8_0);
        TinyModelExport.write(folder, "x", folder.resolve("two.gguf"), GgmlType.Q8_0);
        assertThat(folder.resolve("two.gguf")).hasSameBinaryContentAs(folder.resolve("one.gguf"));
    }

    @Test
    void numbersThatDoNotFitTheTensorsAreRefused() throws IOException {
        writeNumbers(WIDTH * TOKENS.size());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TinyModelExport.write(folder, "", folder.resolve("model.gguf"), GgmlType.F16))
                .withMessageContaining("tensors.bin ends too early");
        writeNumbers(WIDTH * TOKENS.size() + WIDTH + 1);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TinyModelExport.write(folder, "", folder.resolve("model.gguf"), GgmlType.F16))
                .withMessageContaining("4 bytes too many");
    }

    @Test
    void otherTypesOfMatricesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TinyModelExport.write(folder, "", folder.resolve("model.gguf"), GgmlType.Q4_0))
                .withMessageContaining("F16 or Q8_0");
    }

    /** The numbers 0, 1/8, 2/8 ..., which are exact in half precision. */
    private void writeNumbers(int count) throws IOException {
        var bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i / 8f);
        }
        Files.write(folder.resolve("tensors.bin"), bytes.array());
    }
}
