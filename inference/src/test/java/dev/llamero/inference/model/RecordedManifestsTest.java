package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.Manifests;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Manifests of a real Ollama, read and written again. */
class RecordedManifestsTest {
    private static final Path STORE = Path.of("src/test/resources/golden/store");

    @Test
    void eachIsWrittenAsItWasByteForByte() throws IOException {
        var store = new StoreFolder(STORE);
        var stored = store.manifests().list();
        assertThat(stored).hasSizeGreaterThanOrEqualTo(7);
        for (Manifests.Stored model : stored) {
            byte[] recorded = store.manifests().bytes(model.name());
            assertThat(Manifest.parse(recorded).json())
                    .describedAs(model.name().display())
                    .isEqualTo(recorded);
        }
    }
}
