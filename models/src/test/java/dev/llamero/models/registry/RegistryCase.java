package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A scripted registry, an empty store, and a client whose waits are short. */
@Tag("server")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class RegistryCase {
    static final TransferLimits SHORT = new TransferLimits(
            10_000,
            1_000_000,
            4,
            4,
            Duration.ofMillis(5),
            Duration.ofMillis(700),
            Duration.ofSeconds(5),
            Duration.ofMillis(20));

    @TempDir
    Path folder;

    ScriptedRegistry server;
    StoreFolder store;
    Registry registry;
    long free = Long.MAX_VALUE;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedRegistry();
        store = new StoreFolder(folder.resolve("store"));
        registry = registry(store);
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        server.close();
    }

    Registry registry(StoreFolder other) {
        var settings = new Registry.Settings(folder.resolve("key/id_ed25519"), Map.of(), "ollama/0.0.0 test", true);
        return new Registry(other, settings, SHORT, _ -> free);
    }

    ModelSource model(String name) {
        return ModelSource.parse(server.host() + "/lab/" + name + ":v1").orElseThrow();
    }

    RecordingListener pull(String name) throws IOException {
        var listener = new RecordingListener();
        registry.pull(model(name), true, RegistryCase::make, listener);
        return listener;
    }

    ModelName installed(String name) {
        return model(name).name();
    }

    /** Where a test has no rules of create. */
    static void make(ModelName name, String file, Digest weights) throws IOException {
        throw new IOException("cannot make " + name.display() + " of " + file);
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Names of files among the blobs. */
    List<String> blobFiles() throws IOException {
        if (!Files.isDirectory(store.blobs().folder())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(store.blobs().folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
