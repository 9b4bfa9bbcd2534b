package dev.llamero.models.create;

import dev.llamero.models.store.BlobWriter;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/**
 * The child of {@link CreateKillTest}: changes a store without end, until it is killed. Its arguments are the store, a
 * GGUF file and a seed; it prints a line after each change.
 */
final class KilledCreator {
    private static final int NAMES = 6;

    private KilledCreator() {}

    public static void main(String[] arguments) throws IOException {
        var store = new StoreFolder(Path.of(arguments[0]));
        byte[] weights = Files.readAllBytes(Path.of(arguments[1]));
        var random = new Random(Long.parseLong(arguments[2]));
        var creator = CreateCase.creator(store, new CopyingRewriter());
        while (true) {
            change(store, creator, weights, random);
            System.out.println("changed");
        }
    }

    private static void change(StoreFolder store, ModelCreator creator, byte[] weights, Random random)
            throws IOException {
        String name = "m" + random.nextInt(NAMES);
        String base = "base:" + random.nextInt(3);
        boolean hasBase = store.manifests().installed(CreateCase.name(base)).isPresent();
        boolean hasName = store.manifests().installed(CreateCase.name(name)).isPresent();
        switch (random.nextInt(4)) {
            case 0 -> {
                // Each upload differs in its last byte, so that blobs come and go.
                byte[] own = weights.clone();
                own[own.length - 1] = (byte) random.nextInt();
                try (BlobWriter writer = store.blobs().writer()) {
                    writer.write(own);
                    writer.commit(Digest.of(own));
                }
                creator.create(
                        CreateCase.fromFiles(
                                base, Map.of("a.gguf", Digest.of(own).toString())),
                        line -> {});
            }
            case 1 -> {
                if (hasBase) {
                    String system = "system " + random.nextInt(100);
                    creator.create(
                            CreateCase.from(name, base, system, Map.of("seed", random.nextInt(100))), line -> {});
                }
            }
            case 2 -> {
                if (hasName) {
                    store.copy(CreateCase.name(name), CreateCase.name("copy/m" + random.nextInt(NAMES)));
                }
            }
            default -> {
                if (hasName) {
                    store.delete(CreateCase.name(name));
                }
            }
        }
    }
}
