package dev.llamero.models.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFolderTest {
    private static final Instant LATER = Instant.now().plus(Duration.ofHours(3));

    @TempDir
    private Path root;

    private StoreFolder store;

    @BeforeEach
    void open() {
        store = new StoreFolder(root);
    }

    private static ModelName name(String text) {
        return ModelName.parse(text).orElseThrow();
    }

    private Layer layer(String type, String text) throws IOException {
        Blobs.Added added = store.blobs().add(text);
        return new Layer(type, added.digest(), added.size());
    }

    private Manifest model(String... texts) throws IOException {
        var layers = new java.util.ArrayList<Layer>();
        for (String text : texts) {
            layers.add(layer(Layer.SYSTEM, text));
        }
        return new Manifest(layer(Layer.CONFIG, "{}"), layers);
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.skip(1)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aBlobAppearsOnlyWhenItIsWhole() throws IOException {
        try (BlobWriter writer = store.blobs().writer()) {
            writer.write("abc".getBytes(StandardCharsets.UTF_8));
            assertThat(store.blobs().list()).isEmpty();
            assertThat(writer.commit(digest("abc"))).isEqualTo(new Blobs.Added(digest("abc"), 3, true));
        }
        assertThat(store.blobs().list()).containsExactly(digest("abc"));
        assertThat(store.blobs().add("abc").isNew()).isFalse();
        assertThat(filesBelow(store.blobs().folder()))
                .containsExactly(digest("abc").fileName());
    }

    @Test
    void aWrongDigestLeavesNothing() throws IOException {
        try (BlobWriter writer = store.blobs().writer()) {
            writer.write("abc".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> writer.commit(digest("abd")))
                    .isInstanceOf(DigestMismatchException.class)
                    .hasMessage("digest mismatch, expected \"" + digest("abd") + "\", got \"" + digest("abc") + "\"");
        }
        assertThat(filesBelow(store.blobs().folder())).isEmpty();
    }

    @Test
    void aManifestIsNotWrittenBeforeItsBlobs() throws IOException {
        Manifest whole = model("a");
        store.blobs().delete(digest("a"));
        assertThatThrownBy(() -> store.write(name("x"), whole)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.manifests().names()).isEmpty();
    }

    @Test
    void deletingRemovesWhatNoOtherModelNeeds() throws IOException {
        store.write(name("x"), model("both", "only x"));
        store.write(name("u/y:1"), model("both"));
        store.delete(name("x"));
        assertThat(store.blobs().has(digest("both"))).isTrue();
        assertThat(store.blobs().has(digest("only x"))).isFalse();
        store.delete(name("u/y:1"));
        assertThat(store.blobs().list()).isEmpty();
        assertThat(filesBelow(store.manifests().folder())).isEmpty();
        assertThatThrownBy(() -> store.delete(name("x"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aHeldBlobStays() throws IOException {
        store.write(name("x"), model("a"));
        try (StoreFolder.Hold hold = store.hold()) {
            hold.add(digest("a"));
            store.delete(name("x"));
            assertThat(store.blobs().has(digest("a"))).isTrue();
        }
        assertThat(store.deleteUnused(List.of(digest("a")))).isEqualTo(1);
    }

    @Test
    void aCopyHasTheSameBytes() throws IOException {
        store.write(name("x"), model("a"));
        store.copy(name("x"), name("h/n/y:2"));
        assertThat(store.manifests().bytes(name("h/n/y:2")))
                .isEqualTo(store.manifests().bytes(name("x")));
    }

    @Test
    void namesAreFoundInAnyCaseAndSpelledAsTheyAre() throws IOException {
        store.write(name("User/Model:Tag"), model("a"));
        assertThat(store.manifests().installed(name("user/model:tag"))).contains(name("User/Model:Tag"));
        assertThat(store.manifests().installed(name("user/model"))).isEmpty();
        assertThat(store.manifests().spelling(name("USER/MODEL:other"))).isEqualTo(name("User/Model:other"));
    }

    @Test
    void pruningRemovesOldLeftoversAndUnusedBlobs() throws IOException {
        store.write(name("x"), model("used"));
        store.blobs().add("unused");
        Files.writeString(store.blobs().partial(digest("p")), "half");
        Files.writeString(store.blobs().partial(digest("p"), 3), "{}");
        Files.writeString(store.manifests().folder().resolve(Manifests.UNFINISHED + "1"), "{");
        Files.createDirectories(store.manifests().folder().resolve("h/n/gone"));
        assertThat(Prune.run(store, Instant.now())).isZero();
        try (StoreFolder.Hold hold = store.hold()) {
            hold.add(digest("p"));
            assertThat(Prune.run(store, LATER)).isEqualTo(2);
            assertThat(store.blobs().partial(digest("p"))).exists();
        }
        assertThat(Prune.run(store, LATER)).isEqualTo(2);
        assertThat(store.blobs().list()).containsExactlyInAnyOrder(digest("used"), digest("{}"));
        assertThat(store.manifests().folder().resolve("h")).doesNotExist();
    }

    @Test
    void pruningKeepsBlobsWhenAManifestCannotBeRead() throws IOException {
        store.write(name("x"), model("used"));
        store.blobs().add("perhaps used");
        Files.writeString(store.manifests().folder().resolve("registry.ollama.ai/library/x/broken"), "{");
        assertThat(Prune.run(store, LATER)).isZero();
        assertThat(store.blobs().has(digest("perhaps used"))).isTrue();
    }

    @Test
    void blobsOfTheOldSpellingAreRenamed() throws IOException {
        store.blobs().add("a");
        Path file = store.blobs().path(digest("a"));
        Files.move(file, file.resolveSibling(digest("a").toString()));
        Prune.run(store, Instant.now());
        assertThat(file).exists();
    }

    @Test
    void touchingSavesABlobFromAnotherServersPrune() throws IOException {
        store.blobs().add("a");
        Files.setLastModifiedTime(store.blobs().path(digest("a")), FileTime.from(Instant.EPOCH));
        store.blobs().touch(digest("a"));
        assertThat(Prune.run(store, Instant.now())).isZero();
        assertThat(store.blobs().has(digest("a"))).isTrue();
    }
}
