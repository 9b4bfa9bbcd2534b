package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.GgufFile;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitCommandTest {
    @TempDir
    Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void reportsWeightsCacheAndVerdict() throws IOException {
        Path model = folder.resolve("toy.gguf");
        ToyModel.write(model, 1);
        assertThat(run("fit", model.toString(), "--ctx", "2048", "--kv", "q8_0", "--vram", "8G"))
                .isZero();
        assertThat(output.toString())
                .contains("qwen3")
                .contains("2048 tokens")
                .contains("q8_0")
                .contains("weights");
    }

    @Test
    void headerAloneIsEnough() throws IOException {
        Path model = folder.resolve("toy.gguf");
        ToyModel.write(model, 1);
        long headerBytes = GgufFile.read(model).parts().getFirst().dataOffset();
        byte[] header = Arrays.copyOf(Files.readAllBytes(model), (int) headerBytes);
        assertThat(run("fit", Files.write(folder.resolve("header.gguf"), header).toString()))
                .isZero();
        assertThat(output.toString()).contains("919K parameters");
    }

    @Test
    void wrongValuesAndFilesAreNamed() throws IOException {
        Path model = folder.resolve("toy.gguf");
        ToyModel.write(model, 1);
        assertThat(run("fit", model.toString(), "--kv", "q9")).isEqualTo(2);
        assertThat(errors.toString()).contains("q9");
        assertThat(run("fit", model.toString(), "--vram", "much")).isEqualTo(2);
        assertThat(errors.toString()).contains("--vram must be a size such as 80G");
        assertThat(run("fit", folder.resolve("absent.gguf").toString())).isEqualTo(1);
        assertThat(errors.toString()).contains("Error: no file").contains("name a GGUF file");
        Path junk = Files.writeString(folder.resolve("junk.gguf"), "not a model");
        assertThat(run("fit", junk.toString())).isEqualTo(1);
        assertThat(errors.toString()).contains("junk.gguf");
    }

    private int run(String... arguments) {
        return LlameroCommand.commandLine()
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
