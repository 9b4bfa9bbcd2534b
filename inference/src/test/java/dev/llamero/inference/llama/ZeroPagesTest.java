package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large KV cache takes memory only where cells are. */
@Tag("native")
class ZeroPagesTest {
    @TempDir
    Path folder;

    private static final Path STATUS = Path.of("/proc/self/status");

    private static long residentBytes() throws IOException {
        String line = Files.readAllLines(STATUS).stream()
                .filter(each -> each.startsWith("RssAnon:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    @Test
    void anUnusedCacheIsNotResident() throws IOException {
        assumeTrue(Files.isReadable(STATUS), "no /proc here");
        Path file = folder.resolve("deep.gguf");
        ToyModel.write(file, ToyShape.small().withLayers(40), 3);
        var settings = new ModelSettings(1024, 40, 40, 0, KvType.F16, 1, 128, true);
        LlamaRuntime runtime = TestModels.runtime();
        long before = residentBytes();
        try (OpenModel model = runtime.open(file, settings, LoadProgress.NONE)) {
            int cells = model.info().contextTokens() * model.info().parallel();
            long cacheBytes = model.decoder().savedBytes(cells);
            assumeTrue(cacheBytes > 100 << 20, "this machine has memory for " + cells + " cells only");
            assertThat(model.info().bytesTotal()).isGreaterThan(cacheBytes);
            assertThat(residentBytes() - before).isLessThan(cacheBytes / 2);
        }
    }
}
