package dev.llamero.models.create;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.models.GgufFile;
import dev.llamero.models.ToyModel;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Prune;
import dev.llamero.models.store.StoreFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that creates, copies and deletes is killed at random points; no model may be broken afterwards. */
@Timeout(600)
class CreateKillTest {
    private static final int KILLS = Integer.getInteger("kill.count", 25);
    private static final long SEED = Long.getLong("kill.seed", 42L);

    @TempDir
    Path folder;

    @Test
    void killsLeaveNoBrokenModel() throws Exception {
        Path weights = folder.resolve("toy.gguf");
        ToyModel.write(weights, 1);
        Path root = folder.resolve("store");
        var random = new Random(SEED);
        int models = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            killAt(root, weights, random);
            models += assertWhole(new StoreFolder(root), "kill " + kill + " of seed " + SEED);
        }
        assertThat(models).as("models that were looked at").isGreaterThan(KILLS);
        assertPruned(new StoreFolder(root));
    }

    private static void killAt(Path root, Path weights, Random random) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledCreator.class.getName(),
                        root.toString(),
                        weights.toString(),
                        Long.toString(random.nextLong()))
                .redirectErrorStream(true)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            int changes = 1 + random.nextInt(12);
            for (int i = 0; i < changes; i++) {
                assertThat(lines.readLine()).isEqualTo("changed");
            }
            LockSupport.parkNanos(random.nextInt(20_000_000));
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Every model that is listed reads whole; tells how many there are. */
    private static int assertWhole(StoreFolder store, String when) throws IOException {
        for (Digest digest : store.blobs().list()) {
            assertThat(Digest.of(Files.readAllBytes(store.blobs().path(digest))))
                    .as(when)
                    .isEqualTo(digest);
        }
        for (ModelName name : store.manifests().names()) {
            var manifest = store.manifests().read(name).manifest();
            assertThat(store.blobs().list()).as(when + ": " + name).containsAll(manifest.digests());
            for (Layer layer : manifest.layers()) {
                assertThat(store.blobs().size(layer.digest())).as(when).isEqualTo(layer.size());
            }
            Layer model = manifest.layer(Layer.MODEL).orElseThrow();
            assertThat(GgufFile.read(store.blobs().path(model.digest())).architecture())
                    .as(when)
                    .isEqualTo("qwen3");
        }
        return store.manifests().names().size();
    }

    /** What the killed processes left behind goes at a later start, and nothing else. */
    private static void assertPruned(StoreFolder store) throws IOException {
        Prune.run(store, Instant.now().plus(Duration.ofHours(2)));
        Set<Digest> needed = new HashSet<>();
        store.manifests().list().forEach(model -> needed.addAll(model.manifest().digests()));
        assertThat(store.blobs().list()).containsExactlyInAnyOrderElementsOf(needed);
        try (Stream<Path> files = Files.list(store.blobs().folder())) {
            assertThat(files.count()).isEqualTo(needed.size());
        }
    }
}
