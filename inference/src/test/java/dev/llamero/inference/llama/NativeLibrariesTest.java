package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.llama.NativeSettings.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    private static final String CPU = "linux-x64/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64";
    private static final String CUDA = "linux-x64-cuda/node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda";
    private static final String CUDA_12 =
            "linux-x64-cuda/node_modules/@node-llama-cpp/linux-x64-cuda-ext/bins/linux-x64-cuda/fallback";

    @TempDir
    Path folder;

    @Test
    void takesTheCpuPackageWhenNoOtherWasFetched() throws IOException {
        files(CPU, "libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so", "libggml-cpu-x64.so", "other.so");
        NativeLibraries found = NativeLibraries.inFolder(folder, Variant.AUTO, "linux-x64");
        assertThat(found.llama()).isEqualTo(folder.resolve(CPU).resolve("libllama.v0.5.0.so"));
        assertThat(found.cpuBackends()).containsExactly(folder.resolve(CPU).resolve("libggml-cpu-x64.so"));
        assertThat(found.cuda()).isFalse();
    }

    @Test
    void prefersCudaAndHasItsFallbackSecond() throws IOException {
        files(CPU, "libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so", "libggml-cpu-x64.so");
        files(CUDA, "libggml-base.so", "libggml.cuda.v0.5.0.so", "libllama.cuda.v0.5.0.so", "libggml-cpu-x64.so");
        files(CUDA, "libggml-cuda.so");
        files(CUDA_12, "libggml-cuda.so");
        NativeLibraries found = NativeLibraries.inFolder(folder, Variant.AUTO, "linux-x64");
        assertThat(found.llama().getFileName()).hasToString("libllama.cuda.v0.5.0.so");
        assertThat(found.ggml().getFileName()).hasToString("libggml.cuda.v0.5.0.so");
        assertThat(found.cudaBackends())
                .containsExactly(
                        folder.resolve(CUDA).resolve("libggml-cuda.so"),
                        folder.resolve(CUDA_12).resolve("libggml-cuda.so"));
        assertThat(NativeLibraries.inFolder(folder, Variant.CPU, "linux-x64").cuda())
                .isFalse();
    }

    @Test
    void saysHowToFetchThemWhenTheyAreNotThere() {
        assertThatThrownBy(() -> NativeLibraries.inFolder(folder, Variant.AUTO, "linux-x64"))
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessageContaining("v0.5.0 is missing")
                .hasMessageContaining(folder.resolve(CPU).toString())
                .hasMessageContaining("mvn -q -pl inference -am package");
        assertThatThrownBy(() -> NativeLibraries.inFolder(folder, Variant.CUDA, "linux-x64"))
                .hasMessageContaining("-Pcuda");
    }

    @Test
    void namesTheFileThatAnOverriddenFolderLacks() throws IOException {
        files("own", "libggml-base.so", "libggml.so", "libggml-cpu.so");
        assertThatThrownBy(() -> NativeLibraries.find(override("own")))
                .hasMessageContaining("no libllama.v0.5.0.so in " + folder.resolve("own"))
                .hasMessageContaining("LLAMERO_LIBLLAMA");
        files("own", "libllama.so");
        assertThat(NativeLibraries.find(override("own")).llama()).isEqualTo(folder.resolve("own/libllama.so"));
    }

    @Test
    void namesEachMissingPart() throws IOException {
        files("own", "libllama.v0.5.0.so", "libggml.v0.5.0.so");
        assertThatThrownBy(() -> NativeLibraries.find(override("own"))).hasMessageContaining("libggml-base.so");
        files("own", "libggml-base.so");
        assertThatThrownBy(() -> NativeLibraries.find(override("own"))).hasMessageContaining("libggml-cpu-*.so");
        assertThatThrownBy(() -> NativeLibraries.find(override("nowhere")))
                .hasMessageContaining("no folder " + folder.resolve("nowhere"));
    }

    @Test
    void namesTheFileAndTheVersionNeededWhenAnotherVersionIsThere() throws IOException {
        files("own", "libllama.v0.4.9.so", "libggml.v0.4.9.so", "libggml-base.so", "libggml-cpu-x64.so");
        assertThatThrownBy(() -> NativeLibraries.find(override("own")))
                .hasMessageContaining(folder.resolve("own/libllama.v0.4.9.so") + " is not llama.cpp v0.5.0")
                .hasMessageContaining("LLAMERO_LIBLLAMA");
    }

    @Test
    void knowsThePlatformsThatHaveAPackage() {
        assertThat(NativeLibraries.platform("Linux", "amd64")).isEqualTo("linux-x64");
        assertThat(NativeLibraries.platform("Linux", "aarch64")).isEqualTo("linux-arm64");
        assertThatThrownBy(() -> NativeLibraries.platform("Linux", "riscv64"))
                .hasMessageContaining("no package for Linux on riscv64")
                .hasMessageContaining("LLAMERO_LIBLLAMA");
        assertThatThrownBy(() -> NativeLibraries.platform("Mac OS X", "aarch64"))
                .hasMessageContaining("Mac OS X");
    }

    @Test
    void takesTheFolderFromTheEnvironment() {
        NativeSettings settings = NativeSettings.fromEnvironment(Map.of("LLAMERO_LIBLLAMA", "/opt/llama"));
        assertThat(settings.directory()).contains(Path.of("/opt/llama"));
        assertThat(NativeSettings.fromEnvironment(Map.of("LLAMERO_LIBLLAMA", " "))
                        .directory())
                .isEmpty();
    }

    private NativeSettings override(String name) {
        return new NativeSettings(Optional.of(folder.resolve(name)), Optional.empty(), Variant.AUTO);
    }

    private void files(String directory, String... names) throws IOException {
        Files.createDirectories(folder.resolve(directory));
        for (String name : names) {
            Files.createFile(folder.resolve(directory).resolve(name));
        }
    }
}
