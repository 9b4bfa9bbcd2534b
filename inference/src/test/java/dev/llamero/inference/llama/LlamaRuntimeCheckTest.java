package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.llama.NativeSettings.Variant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaRuntimeCheckTest {
    @TempDir
    Path folder;

    @Test
    void emptyFolderIsAFailureWithARemedy() {
        var settings = new NativeSettings(Optional.of(folder), Optional.empty(), Variant.AUTO);
        var check = LlamaRuntimeCheck.of(settings, library -> "");
        assertThat(check.found()).isEmpty();
        assertThat(check.failure()).contains("is missing").contains(NativeSettings.DIRECTORY_VARIABLE);
    }

    @Test
    void whatLddLacksBecomesSentencesOncePerLibrary() {
        String output = """
            	linux-vdso.so.1 (0x00007)
            	libggml-base.so => not found
            	libcudart.so.13 => not found
            	libcublas.so.13 => not found
            	libc.so.6 => /lib/libc.so.6 (0x1)
            	libcuda.so.1 => not found
            """;
        assertThat(LlamaRuntimeCheck.lacking(List.of(Path.of("libggml-cuda.so")), library -> output + output))
                .hasSize(3)
                .anySatisfy(sentence -> assertThat(sentence).contains("cuda-cudart-13-0"))
                .anySatisfy(sentence -> assertThat(sentence).contains("libcublas-13-0"))
                .anySatisfy(sentence -> assertThat(sentence).contains("nvidia-driver"));
    }
}
