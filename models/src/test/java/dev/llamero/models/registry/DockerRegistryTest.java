package dev.llamero.models.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Push to and pull from a real registry server. */
class DockerRegistryTest extends RegistryCase {
    private DockerRegistry docker;
    private ModelName name;
    private ModelSource source;

    @BeforeEach
    void startDocker() throws Exception {
        var program = DockerRegistry.program();
        assumeTrue(program.isPresent(), "no docker-registry on the PATH; apt-get install docker-registry brings it");
        docker = DockerRegistry.start(program.get(), folder.resolve("docker"));
        source = ModelSource.parse(docker.host() + "/lab/m:v1").orElseThrow();
        name = source.name();
    }

    @AfterEach
    void stopDocker() {
        if (docker != null) {
            docker.close();
        }
    }

    private Manifest install(ModelName other, byte[]... layers) throws IOException {
        var entries = new java.util.ArrayList<Layer>();
        for (byte[] layer : layers) {
            entries.add(layer(Layer.MODEL, store.blobs().add(layer)));
        }
        var manifest = new Manifest(layer(Layer.CONFIG, store.blobs().add("{\"model_format\":\"gguf\"}\n")), entries);
        store.write(other, manifest);
        return manifest;
    }

    private static Layer layer(String type, Blobs.Added blob) {
        return new Layer(type, blob.digest(), blob.size());
    }

    @Test
    void whatIsPushedIsPulledToTheByte() throws IOException {
        Manifest manifest = install(name, bytes(3_000_000, 1), bytes(10, 2), new byte[0]);
        var pushed = new RecordingListener();
        registry.push(source, true, pushed);
        assertThat(pushed.statuses()).startsWith("retrieving manifest").endsWith("pushing manifest", "success");
        var fresh = new StoreFolder(folder.resolve("fresh"));
        try (Registry second = registry(fresh)) {
            second.pull(source, true, RegistryCase::make, new RecordingListener());
        }
        assertThat(fresh.manifests().bytes(name)).isEqualTo(store.manifests().bytes(name));
        for (Digest digest : manifest.digests()) {
            assertThat(Files.mismatch(fresh.blobs().path(digest), store.blobs().path(digest)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void whatTheRegistryHasIsNotSentAgain() throws IOException {
        Manifest manifest = install(name, bytes(100_000, 3));
        registry.push(source, true, new RecordingListener());
        var again = new RecordingListener();
        registry.push(source, true, again);
        Digest weights = manifest.layers().getFirst().digest();
        assertThat(again.events())
                .containsExactly(
                        TransferEvent.of("retrieving manifest"),
                        TransferEvent.pushing(weights, 100_000, 100_000),
                        TransferEvent.pushing(
                                manifest.config().digest(),
                                manifest.config().size(),
                                manifest.config().size()),
                        TransferEvent.of("pushing manifest"),
                        TransferEvent.of("success"));
    }

    @Test
    void aLayerOfAnotherModelIsMounted() throws IOException {
        install(name, bytes(200_000, 4));
        registry.push(source, true, new RecordingListener());
        ModelSource copy = ModelSource.parse(docker.host() + "/lab/copy:v1").orElseThrow();
        Manifest manifest = store.manifests().read(name).manifest();
        store.write(
                copy.name(),
                new Manifest(
                        manifest.config(), List.of(manifest.layers().getFirst().takenFrom(name.display()))));
        var listener = new RecordingListener();
        registry.push(copy, true, listener);
        assertThat(listener.events())
                .as("nothing of the layer is sent")
                .filteredOn(event -> event.total() == 200_000)
                .containsExactly(
                        TransferEvent.pushing(manifest.layers().getFirst().digest(), 200_000, 200_000));
        var fresh = new StoreFolder(folder.resolve("fresh"));
        try (Registry second = registry(fresh)) {
            second.pull(copy, true, RegistryCase::make, new RecordingListener());
        }
    }

    @Test
    void whatIsNotThereIsToldInOllamasWords() throws IOException {
        assertThatThrownBy(() -> registry.pull(source, true, RegistryCase::make, new RecordingListener()))
                .hasMessage("pull model manifest: file does not exist");
        assertThatThrownBy(() -> registry.push(source, true, new RecordingListener()))
                .hasMessage("open " + folder.resolve("store/manifests") + "/" + docker.host()
                        + "/lab/m/v1: no such file or directory");
        install(name, bytes(5, 5));
        assertThatThrownBy(() -> registry.push(source, false, new RecordingListener()))
                .hasMessage("Head \"https://" + docker.host() + "/v2/lab/m/blobs/" + Digest.of(bytes(5, 5))
                        + "\": http: server gave HTTP response to HTTPS client");
    }

    @Test
    void aModelWithAMissingBlobIsNotPushed() throws IOException {
        Manifest manifest = install(name, bytes(50, 6));
        store.blobs().delete(manifest.config().digest());
        assertThatThrownBy(() -> registry.push(source, true, new RecordingListener()))
                .hasMessageContaining("is missing or damaged");
    }
}
