package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CUDA libraries that cannot be used, on a machine of any kind. */
@Tag("native")
class BackendsTest {
    private static final Logger LOGGER = Logger.getLogger(Backends.class.getName());

    @TempDir
    Path folder;

    private final RecordingHandler log = new RecordingHandler();

    /** Keeps what is logged, since the fallback must be said and not only happen. */
    private static final class RecordingHandler extends Handler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                lines.add(line.getMessage());
            }
        }

        @Override
        public void flush() {
            lines.removeIf(String::isEmpty);
        }

        @Override
        public void close() {
            lines.clear();
        }
    }

    @BeforeEach
    void listen() {
        LOGGER.addHandler(log);
    }

    @AfterEach
    void stopListening() {
        LOGGER.removeHandler(log);
    }

    @Test
    void fallsBackFromCudaToItsSecondPackageAndThenToTheCpuAndSaysSo() throws IOException {
        LlamaRuntime runtime = TestModels.runtime();
        Path first = Files.writeString(folder.resolve("libggml-cuda.so"), "no library");
        Path second = Files.writeString(folder.resolve("libggml-cuda-12.so"), "no library");
        NativeLibraries files =
                new NativeLibraries(folder, true, first, first, first, List.of(), List.of(first, second));
        String computing = new Backends(runtime.library().ggml()).load(files);
        assertThat(computing).doesNotContain("GPU");
        assertThat(log.lines).hasSize(3);
        assertThat(log.lines.get(0)).startsWith("no CUDA by " + first).contains("file too short");
        assertThat(log.lines.get(1)).startsWith("no CUDA by " + second);
        assertThat(log.lines.get(2)).isEqualTo("no CUDA library can be used, so models run on the CPU");
    }
}
