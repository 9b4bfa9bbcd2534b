package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that pulls is killed (SIGKILL) at seeded points; the next pull goes on from what is on the disk. */
class KillDuringPullTest extends RegistryCase {
    private static final int KILLS = 25;
    private static final int SIZE = 600_000;

    @Test
    @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noKillLeavesABrokenModelOrCostsAFinishedPart() throws Exception {
        var random = new Random(20261125);
        server.slow(1_500_000);
        for (int kill = 0; kill < KILLS; kill++) {
            byte[] weights = bytes(SIZE, 100 + kill);
            Digest digest = Digest.of(weights);
            Manifest manifest = server.model("k" + kill, bytes(40, 1_000 + kill), weights);
            Path root = folder.resolve("store" + kill);
            long bytes = random.nextInt(SIZE);
            killAfter(root, "k" + kill, digest, bytes);

            var left = new StoreFolder(root);
            if (left.blobs().has(digest)) {
                assertThat(Files.readAllBytes(left.blobs().path(digest)))
                        .as("what has its final name is whole, kill %d after %d bytes", kill, bytes)
                        .isEqualTo(weights);
            }
            assertThat(left.manifests().names().isEmpty() || left.blobs().has(digest))
                    .isTrue();
            long kept = left.blobs().has(digest) ? SIZE : finished(left, digest);
            server.awaitIdle();
            long before = server.served(digest);
            try (Registry again = registry(left)) {
                again.pull(model("k" + kill), true, RegistryCase::make, new RecordingListener());
            }
            assertThat(left.manifests().bytes(installed("k" + kill))).isEqualTo(manifest.json());
            assertThat(Files.readAllBytes(left.blobs().path(digest))).isEqualTo(weights);
            assertThat(server.served(digest) - before)
                    .as("bytes served again, kill %d after %d bytes", kill, bytes)
                    .isEqualTo(SIZE - kept);
        }
    }

    private void killAfter(Path root, String name, Digest digest, long bytes) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledPull.class.getName(),
                        root.toString(),
                        model(name).name().full())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (server.served(digest) < bytes && !child.waitFor(1, TimeUnit.MILLISECONDS)) {
            Thread.onSpinWait();
        }
        child.destroyForcibly();
        child.waitFor();
    }

    /** Bytes that the state files say are on the disk. */
    private static long finished(StoreFolder left, Digest digest) throws IOException {
        long sum = 0;
        for (int part = 0; Files.exists(left.blobs().partial(digest, part)); part++) {
            sum += JsonMapper.builder()
                    .build()
                    .readTree(left.blobs().partial(digest, part).toFile())
                    .path("Completed")
                    .asLong();
        }
        return sum;
    }
}
