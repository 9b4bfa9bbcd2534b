package dev.llamero.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.GgmlType;
import dev.llamero.models.GgufFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchModelTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void writesTheShapeOfQwen3WithoutReplacingAFile() throws IOException {
        Path file = folder.resolve("m.gguf");
        assertThat(run(file.toString(), "--layers", "1", "--vocabulary", "1024"))
                .isZero();
        GgufFile model = GgufFile.read(file);
        assertThat(model.tensors()).hasSize(13);
        assertThat(model.tensors())
                .filteredOn(tensor -> tensor.name().equals("blk.0.ffn_down.weight"))
                .singleElement()
                .satisfies(tensor -> {
                    assertThat(tensor.dimensions()).containsExactly(3072L, 1024L);
                    assertThat(tensor.type()).isEqualTo(GgmlType.Q4_0);
                });
        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("--force replaces it");
        Path again = folder.resolve("again.gguf");
        run(again.toString(), "--layers", "1", "--vocabulary", "1024");
        assertThat(Files.mismatch(file, again)).isEqualTo(-1);
        assertThat(run(again.toString(), "--weights", "q9")).isEqualTo(2);
    }

    private int run(String... arguments) {
        return BenchModel.run(new PrintStream(printed, true, StandardCharsets.UTF_8), arguments);
    }
}
