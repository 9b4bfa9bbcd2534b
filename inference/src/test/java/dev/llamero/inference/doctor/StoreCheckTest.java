package dev.llamero.inference.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.inference.doctor.Finding.Level;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {
    @TempDir
    Path root;

    @Test
    void wholeModelsAreCounted() throws IOException {
        write("a");
        write("b");
        assertThat(broken()).isEmpty();
        assertThat(StoreCheck.check(root)).extracting(Finding::what).contains("2 models whole in " + root);
    }

    @Test
    void missingBlobIsNamedWithItsModel() throws IOException {
        Digest digest = write("a");
        Files.delete(new StoreFolder(root).blobs().path(digest));
        assertThat(broken()).singleElement().satisfies(finding -> {
            assertThat(finding.what()).startsWith("a:latest: blob ").endsWith(" is missing");
            assertThat(finding.remedy()).contains("llamero pull a:latest");
        });
    }

    @Test
    void blobThatIsTooShortIsNamed() throws IOException {
        Digest digest = write("a");
        Files.writeString(new StoreFolder(root).blobs().path(digest), "x");
        assertThat(broken())
                .singleElement()
                .extracting(Finding::what)
                .asString()
                .contains("has 1 bytes instead of");
    }

    @Test
    void brokenManifestIsNamed() throws IOException {
        write("a");
        Path manifest = root.resolve("manifests/registry.ollama.ai/library/a/latest");
        Files.writeString(manifest, "{");
        assertThat(broken())
                .singleElement()
                .extracting(Finding::what)
                .asString()
                .startsWith("the manifest of a:latest");
    }

    @Test
    void unfinishedDownloadIsNoted() throws IOException {
        write("a");
        String name = "blobs/sha256-" + "0".repeat(64) + "-partial";
        Files.writeString(root.resolve(name), "");
        Files.writeString(root.resolve(name + "-0"), "");
        assertThat(StoreCheck.check(root))
                .filteredOn(finding -> finding.what().startsWith("1 download unfinished"))
                .singleElement()
                .extracting(Finding::level)
                .isEqualTo(Level.NOTE);
    }

    @Test
    void storeThatIsAFileIsBrokenAndOneThatIsNotThereIsFine() throws IOException {
        assertThat(StoreCheck.check(Files.writeString(root.resolve("file"), "")))
                .singleElement()
                .extracting(Finding::level)
                .isEqualTo(Level.BROKEN);
        assertThat(StoreCheck.check(root.resolve("none/yet")))
                .extracting(Finding::level)
                .doesNotContain(Level.BROKEN);
    }

    @Test
    void storeThatCannotBeWrittenOrReadIsBroken() throws IOException {
        write("a");
        Path blobs = root.resolve("blobs");
        assumeTrue(blobs.toFile().setWritable(false) && !Files.isWritable(blobs), "skipped: root writes everywhere");
        try {
            assertThat(broken()).singleElement().satisfies(finding -> {
                assertThat(finding.what()).startsWith(blobs + " cannot be written");
                assertThat(finding.remedy()).contains("chown").contains("OLLAMA_MODELS");
            });
        } finally {
            assertThat(blobs.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void aDiskThatIsNearlyFullIsNoted() {
        assertThat(StoreCheck.room(root, 5L << 30)).isEqualTo(Finding.ok("store", "5.0 GiB are free at " + root));
        Finding full = StoreCheck.room(root, 100L << 20);
        assertThat(full.level()).isEqualTo(Level.NOTE);
        assertThat(full.what()).isEqualTo("only 100 MiB are free at " + root);
        assertThat(full.remedy()).contains("llamero rm");
    }

    private List<Finding> broken() {
        return StoreCheck.check(root).stream()
                .filter(finding -> finding.level() == Level.BROKEN)
                .toList();
    }

    private Digest write(String name) throws IOException {
        var store = new StoreFolder(root);
        Blobs.Added config = store.blobs().add("{\"config\":\"" + name + "\"}");
        Blobs.Added weights = store.blobs().add("weights of " + name);
        store.write(
                ModelName.parse(name).orElseThrow(),
                new Manifest(
                        layer("application/vnd.docker.container.image.v1+json", config),
                        List.of(layer("application/vnd.ollama.image.model", weights))));
        return weights.digest();
    }

    private static Layer layer(String type, Blobs.Added blob) {
        return new Layer(type, blob.digest(), blob.size(), "", "");
    }
}
