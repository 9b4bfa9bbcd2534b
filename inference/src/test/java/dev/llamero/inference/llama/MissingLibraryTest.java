package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissingLibraryTest {
    private static final Path LIBRARY = Path.of("/opt/natives/libggml-cuda.so");

    @ParameterizedTest
    @CsvSource({
        "libcudart.so.13, apt-get install cuda-cudart-13-0",
        "libcublas.so.13, apt-get install libcublas-13-0",
        "libcudart.so.12, apt-get install cuda-cudart-12-8",
        "libcublas.so.12, apt-get install libcublas-12-8",
        "libcuda.so.1, apt-get install nvidia-driver",
        "libstdc++.so.6, apt-get install libstdc++6",
        "libfoo.so.2, install the package that has it"
    })
    void namesTheLibraryThatIsMissingAndTheRemedy(String missing, String remedy) {
        String text = MissingLibrary.explain(
                LIBRARY, missing + ": cannot open shared object file: No such file or directory");
        assertThat(text)
                .startsWith("libggml-cuda.so needs " + missing + ", which is not on this machine; ")
                .contains(remedy)
                .doesNotContain("\n");
    }

    @Test
    void namesTheGlibcThatIsNeeded() {
        String text = MissingLibrary.explain(
                LIBRARY,
                "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by " + LIBRARY + ")");
        assertThat(text).contains("needs glibc 2.34").contains("Debian 12");
    }

    @Test
    void passesOnAnyOtherComplaint() {
        String text = MissingLibrary.explain(LIBRARY, LIBRARY + ": invalid ELF header");
        assertThat(text).contains(LIBRARY.toString()).contains("invalid ELF header");
        assertThat(MissingLibrary.name("invalid ELF header")).isEmpty();
    }
}
