package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A pull from a well-behaved registry. */
class PullTest extends RegistryCase {
    private static final byte[] CONFIG =
            "{\"model_format\":\"gguf\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @Test
    void bringsTheModelToTheByte() throws IOException {
        byte[] weights = bytes(200_000, 1);
        Manifest manifest = server.model("m", CONFIG, weights, bytes(17, 2));
        RecordingListener listener = pull("m");
        assertThat(store.manifests().bytes(installed("m"))).isEqualTo(manifest.json());
        assertThat(Files.readAllBytes(store.blobs().path(Digest.of(weights)))).isEqualTo(weights);
        assertThat(blobFiles())
                .containsExactlyInAnyOrderElementsOf(
                        manifest.digests().stream().map(Digest::fileName).toList());
        var expected = new ArrayList<>(List.of("pulling manifest"));
        manifest.digests().forEach(digest -> expected.add("pulling " + digest.shortHex()));
        expected.addAll(List.of("verifying sha256 digest", "writing manifest", "success"));
        assertThat(listener.statuses()).isEqualTo(expected);
        assertThat(listener.events())
                .contains(TransferEvent.pulling(Digest.of(weights), weights.length, weights.length));
    }

    @Test
    void asksInParallelRangesThatMakeTheWhole() throws IOException {
        byte[] weights = bytes(100_003, 3);
        server.model("m", CONFIG, weights);
        pull("m");
        assertThat(server.requests().stream().filter(line -> line.contains(" bytes=") && line.contains(hex(weights))))
                .hasSize(5);
        assertThat(server.served(Digest.of(weights))).isEqualTo(weights.length);
    }

    private static String hex(byte[] bytes) {
        return Digest.of(bytes).hex();
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        Manifest manifest = server.model("m", CONFIG, bytes(50_000, 4));
        pull("m");
        int before = server.requests().size();
        RecordingListener again = pull("m");
        assertThat(server.requests().subList(before, server.requests().size()))
                .containsExactly("GET /v2/lab/m/manifests/v1");
        assertThat(again.events())
                .containsExactly(
                        TransferEvent.of("pulling manifest"),
                        TransferEvent.pulling(Digest.of(bytes(50_000, 4)), 50_000, 50_000),
                        TransferEvent.pulling(manifest.config().digest(), CONFIG.length, CONFIG.length),
                        TransferEvent.of("verifying sha256 digest"),
                        TransferEvent.of("writing manifest"),
                        TransferEvent.of("success"));
    }

    @Test
    void aNewVersionRemovesWhatNobodyNeeds() throws IOException {
        byte[] old = bytes(1_000, 5);
        server.model("m", CONFIG, old);
        server.model("other", CONFIG, bytes(2_000, 6));
        pull("m");
        pull("other");
        server.model("m", bytes(10, 7), bytes(3_000, 8));
        assertThat(pull("m").statuses()).endsWith("writing manifest", "removing unused layers", "success");
        assertThat(store.blobs().has(Digest.of(old))).isFalse();
        assertThat(store.blobs().has(Digest.of(CONFIG)))
                .as("a layer of another model")
                .isTrue();
    }

    @Test
    void redirectsToOtherHostsAreFollowedWithoutProofOfWhoAsks() throws IOException {
        byte[] weights = bytes(60_000, 9);
        Digest digest = Digest.of(weights);
        server.model("m", CONFIG, weights);
        var seen = new java.util.concurrent.CopyOnWriteArrayList<String>();
        server.always(
                "GET /v2/lab/m/blobs/" + digest,
                ScriptedRegistry.redirect("http://localhost:" + server.port() + "/cdn/" + digest));
        server.always("GET /cdn/" + digest, (request, out) -> {
            seen.add(request.header("authorization"));
            server.serveWell(request, out);
        });
        ModelSource source = ModelSource.parse("http://user:secret@" + server.host() + "/lab/m:v1")
                .orElseThrow();
        registry.pull(source, true, RegistryCase::make, new RecordingListener());
        assertThat(Files.readAllBytes(store.blobs().path(digest))).isEqualTo(weights);
        assertThat(seen).isNotEmpty().containsOnly("");
        assertThat(server.requests().stream().filter(line -> line.startsWith("GET /v2/lab/m/blobs/" + digest)))
                .as("the target is looked up once")
                .hasSize(1);
    }

    @Test
    void anExpiredTargetIsLookedUpAnew() throws IOException {
        byte[] weights = bytes(60_000, 10);
        Digest digest = Digest.of(weights);
        server.model("m", CONFIG, weights);
        server.next("GET /v2/lab/m/blobs/" + digest, ScriptedRegistry.redirect("/old/" + digest));
        server.next("/old/" + digest, server::serveWell);
        server.always("/old/" + digest, ScriptedRegistry.status("403 Forbidden", "expired"));
        pull("m");
        assertThat(Files.readAllBytes(store.blobs().path(digest))).isEqualTo(weights);
    }

    @Test
    void aServerWithoutRangesIsReadInOneStream() throws IOException {
        byte[] weights = bytes(120_000, 11);
        server.model("m", CONFIG, weights);
        server.always("/blobs/" + Digest.of(weights), (request, out) -> {
            ScriptedRegistry.head(out, "200 OK", "Content-Length: " + weights.length);
            out.write(weights);
        });
        pull("m");
        assertThat(Files.readAllBytes(store.blobs().path(Digest.of(weights)))).isEqualTo(weights);
    }

    @Test
    void aCancelledPullLeavesAPartThatTheNextGoesOnFrom() throws Exception {
        byte[] weights = bytes(400_000, 12);
        server.model("m", CONFIG, weights);
        server.slow(100_000);
        var leaving = new RecordingListener().leavingAt(100_000);
        assertThatThrownBy(() -> registry.pull(model("m"), true, RegistryCase::make, leaving))
                .isInstanceOf(RegistryException.Cancelled.class);
        assertThat(blobFiles()).contains(Digest.of(weights).fileName() + "-partial");
        server.slow(Long.MAX_VALUE);
        server.awaitIdle();
        long before = server.served(Digest.of(weights));
        pull("m");
        assertThat(Files.readAllBytes(store.blobs().path(Digest.of(weights)))).isEqualTo(weights);
        assertThat(server.served(Digest.of(weights)) - before)
                .as("what had arrived is not sent again")
                .isLessThanOrEqualTo(weights.length - 100_000);
        assertThat(blobFiles()).hasSize(2);
    }

    @Test
    void severalPullsShareOneDownloadAndSurviveEachOther() throws Exception {
        byte[] weights = bytes(300_000, 13);
        server.model("m", CONFIG, weights);
        server.slow(400_000);
        var leaving = new RecordingListener();
        var started = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = threads.submit(() -> {
                started.countDown();
                assertThatThrownBy(() -> registry.pull(model("m"), true, RegistryCase::make, leaving))
                        .isInstanceOf(RegistryException.Cancelled.class);
            });
            started.await();
            var others = new ArrayList<Future<RecordingListener>>();
            for (int i = 0; i < 4; i++) {
                others.add(threads.submit((Callable<RecordingListener>) () -> pull("m")));
            }
            while (leaving.events().stream().noneMatch(event -> event.completed() > 50_000)) {
                Thread.onSpinWait();
                Thread.yield();
            }
            leaving.leave();
            first.get();
            for (var other : others) {
                assertThat(other.get().statuses()).endsWith("success");
            }
        }
        assertThat(server.served(Digest.of(weights))).isEqualTo(weights.length);
    }

    @Test
    void twoServersOnOneStoreDoNotFetchTheSameTwice() throws Exception {
        byte[] weights = bytes(200_000, 19);
        server.model("m", CONFIG, weights);
        server.slow(200_000);
        try (Registry second = registry(new StoreFolder(folder.resolve("store")));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RecordingListener> first = threads.submit((Callable<RecordingListener>) () -> pull("m"));
            var listener = new RecordingListener();
            second.pull(model("m"), true, RegistryCase::make, listener);
            assertThat(listener.statuses()).endsWith("success");
            assertThat(first.get().statuses()).endsWith("success");
        }
        assertThat(server.served(Digest.of(weights))).isEqualTo(weights.length);
    }

    @Test
    void aDiskThatIsTooSmallIsToldBefore() throws IOException {
        server.model("m", CONFIG, bytes(40_000, 14));
        free = 30_000;
        assertThatThrownBy(() -> pull("m"))
                .hasMessage("not enough disk space for " + installed("m").display()
                        + ": it needs 40023 bytes, but only 30000 bytes are free at "
                        + store.blobs().folder()
                        + "; free some, or set OLLAMA_MODELS to a folder on a larger disk");
        assertThat(blobFiles()).isEmpty();
        assertThat(server.requests()).containsExactly("GET /v2/lab/m/manifests/v1");
    }

    @Test
    void aPartOfOllamasIsGoneOnFrom() throws IOException {
        byte[] weights = bytes(90_000, 15);
        Digest digest = Digest.of(weights);
        server.model("m", CONFIG, weights);
        Files.createDirectories(store.blobs().folder());
        byte[] half = weights.clone();
        java.util.Arrays.fill(half, 60_000, 90_000, (byte) 0);
        Files.write(store.blobs().partial(digest), half);
        Files.writeString(
                store.blobs().partial(digest, 0), "{\"N\":0,\"Offset\":0,\"Size\":50000,\"Completed\":50000}\n");
        Files.writeString(
                store.blobs().partial(digest, 1), "{\"N\":1,\"Offset\":50000,\"Size\":40000,\"Completed\":10000}\n");
        free = 31_000;
        pull("m");
        assertThat(Files.readAllBytes(store.blobs().path(digest))).isEqualTo(weights);
        assertThat(server.served(digest)).isEqualTo(30_000);
    }

    @Test
    void aDamagedStateOnlyCostsADownload() throws IOException {
        byte[] weights = bytes(50_000, 16);
        Digest digest = Digest.of(weights);
        server.model("m", CONFIG, weights);
        for (String state : List.of("", "{", "{\"N\":0,\"Offset\":0,\"Size\":50000,\"Completed\":60000}", "[]")) {
            Files.createDirectories(store.blobs().folder());
            store.blobs().delete(digest);
            Files.write(store.blobs().partial(digest), new byte[50_000]);
            Files.writeString(store.blobs().partial(digest, 0), state);
            pull("m");
            assertThat(Files.readAllBytes(store.blobs().path(digest))).isEqualTo(weights);
        }
    }

    @Test
    void aFileByItsAddressIsHandedOnToBeMadeAModel() throws IOException {
        byte[] weights = bytes(50_000, 17);
        Digest digest = server.blob(weights);
        server.always(
                "GET /files/Toy%20Q8.gguf",
                (request, out) ->
                        server.serveWell(new ScriptedRegistry.Request("GET", "/" + digest, request.headers()), out));
        ModelSource source = ModelSource.parse(
                        "http://" + server.host() + "/files/Toy%20Q8.gguf#sha256=" + digest.hex())
                .orElseThrow();
        var listener = new RecordingListener();
        var made = new ArrayList<String>();
        registry.pull(
                source,
                false,
                (name, file, blob) -> {
                    assertThat(Files.readAllBytes(store.blobs().path(blob))).isEqualTo(weights);
                    made.add(name.display() + " " + file);
                },
                listener);
        assertThat(made).containsExactly("Toy-Q8:latest Toy Q8.gguf");
        assertThat(listener.statuses())
                .containsExactly("pulling manifest", "pulling " + digest.shortHex(), "verifying sha256 digest");
        assertThat(blobFiles()).as("a file that no model needs").isEmpty();
    }

    @Test
    void aFileThatCannotBeMadeAModelStaysForTheNextTry() throws IOException {
        Digest digest = server.blob(bytes(500, 18));
        server.always(
                "GET /x.gguf",
                (request, out) ->
                        server.serveWell(new ScriptedRegistry.Request("GET", "/" + digest, request.headers()), out));
        ModelSource source = ModelSource.parse("http://" + server.host() + "/x.gguf#sha256=" + digest.hex())
                .orElseThrow();
        assertThatThrownBy(() -> registry.pull(source, false, RegistryCase::make, new RecordingListener()))
                .hasMessage("cannot make x:latest of x.gguf");
        assertThat(blobFiles()).containsExactly(digest.fileName());
    }
}
