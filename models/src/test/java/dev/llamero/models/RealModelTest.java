package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that others made read as the tools that made them say. */
class RealModelTest {
    private static final Path MODELS = Path.of("../../shared/models");

    @ParameterizedTest
    @CsvSource({
        "SmolLM2-135M-Instruct.Q4_1.gguf, llama, 134.52M, Q4_1, 8192, 272, 49152",
        "all-minilm-l6-v2-f16.gguf, bert, 22.57M, F16, 512, 101, 30522",
        "tiny-qwen3-poc.gguf, qwen3, 4.33M, F16, 4096, 68, 3072"
    })
    void headersOfRealModelsAreRead(
            String name, String family, String size, String level, long context, int tensors, int vocabulary)
            throws IOException {
        Path path = MODELS.resolve(name);
        Assumptions.assumeTrue(Files.isRegularFile(path), () -> "skipped: there is no " + path.toAbsolutePath());
        for (GgufReadOption[] options :
                new GgufReadOption[][] {{}, {GgufReadOption.OMIT_LARGE_ARRAYS}, {GgufReadOption.ALLOW_MISSING_DATA}}) {
            GgufFile file = GgufFile.read(path, options);
            assertThat(file.architecture()).isEqualTo(family);
            assertThat(file.parameterSize()).isEqualTo(size);
            assertThat(file.quantizationLevel()).isEqualTo(level);
            assertThat(file.contextLength()).hasValue(context);
            assertThat(file.tensors()).hasSize(tensors);
            assertThat(file.array("tokenizer.ggml.tokens").orElseThrow().size()).isEqualTo(vocabulary);
            long room = Files.size(path) - file.parts().getFirst().dataOffset() - file.tensorBytes();
            assertThat(room).isBetween(0L, 32L * tensors);
        }
    }
}
