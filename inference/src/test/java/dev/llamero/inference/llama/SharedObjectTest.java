package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedObjectTest {
    @TempDir
    Path folder;

    private Path library(int wordSize, int machine) throws IOException {
        byte[] head = new byte[64];
        System.arraycopy(new byte[] {0x7F, 'E', 'L', 'F', (byte) wordSize, 1, 1}, 0, head, 0, 7);
        head[18] = (byte) machine;
        return Files.write(folder.resolve("libllama.so"), head);
    }

    @Test
    void aLibraryForAnotherProcessorIsNamedWithBoth() throws IOException {
        Path library = library(2, 183);
        assertThat(SharedObject.fault(library, "amd64").orElseThrow())
                .startsWith(library + " is built for aarch64, and this machine is x86_64; ");
        assertThat(SharedObject.fault(library, "aarch64")).isEmpty();
        assertThat(SharedObject.fault(library(2, 62), "amd64")).isEmpty();
        assertThat(SharedObject.fault(library(1, 3), "amd64").orElseThrow()).contains("built for a 32-bit system");
        assertThat(SharedObject.fault(library(2, 243), "amd64").orElseThrow()).contains("another processor (243)");
    }

    @Test
    void aFileThatIsNoLibraryIsToldApart() throws IOException {
        Path pointer = Files.writeString(folder.resolve("libggml.so"), "version https://git-lfs.github.com/spec/v1\n");
        assertThat(SharedObject.fault(pointer, "amd64").orElseThrow()).contains("is no library");
        assertThat(SharedObject.fault(folder.resolve("absent.so"), "amd64").orElseThrow())
                .contains("cannot be read");
    }

    @Test
    void loadingSaysSoToo() throws IOException {
        String here = System.getProperty("os.arch");
        Path library = library(2, here.equals("aarch64") ? 62 : 183);
        assertThatThrownBy(() -> LlamaRuntime.openLibrary(library))
                .isInstanceOf(EngineException.Unloadable.class)
                .hasMessageContaining("is built for")
                .hasMessageContaining("; unset LLAMERO_LIBLLAMA");
    }
}
