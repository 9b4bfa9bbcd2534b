package dev.llamero.models.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A store: blobs and manifests in one folder, and the order between them. A manifest is written after its blobs and
 * removed before them, so that a process may die at any step. One per process and folder; any thread.
 */
public final class StoreFolder {
    private final Blobs blobs;
    private final Manifests manifests;
    /** How many jobs of this process hold each digest. Guarded by this. */
    private final Map<Digest, Integer> held = new HashMap<>();

    /** Blobs that a running job needs though no manifest names them yet; one thread. */
    public final class Hold implements AutoCloseable {
        private final List<Digest> digests = new ArrayList<>();

        private Hold() {}

        /** From now on until the close, this digest's files stay. */
        public void add(Digest digest) {
            synchronized (StoreFolder.this) {
                held.merge(digest, 1, Integer::sum);
            }
            digests.add(digest);
        }

        @Override
        public void close() {
            synchronized (StoreFolder.this) {
                digests.forEach(digest -> held.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1));
            }
            digests.clear();
        }
    }

    /** @param root of the store, {@code OLLAMA_MODELS}; need not exist */
    public StoreFolder(Path root) {
        this.blobs = new Blobs(root.resolve("blobs"));
        this.manifests = new Manifests(root.resolve("manifests"));
    }

    public Blobs blobs() {
        return blobs;
    }

    public Manifests manifests() {
        return manifests;
    }

    /** Begins a job that writes blobs first and their manifest last. */
    public Hold hold() {
        return new Hold();
    }

    /**
     * Writes a model's manifest, in place of one that is there.
     *
     * @param bytes of the manifest, kept as they are since a model's digest depends on them
     * @throws IOException if they are no manifest, or a blob that they name is not there
     */
    public void write(ModelName name, byte[] bytes) throws IOException {
        Manifest manifest = Manifest.parse(bytes);
        synchronized (this) {
            for (Digest digest : manifest.digests()) {
                if (!blobs.has(digest)) {
                    throw new NoSuchFileException(
                            blobs.path(digest).toString(), null, "a blob of " + name.display() + " is missing");
                }
            }
            manifests.write(name, bytes);
        }
    }

    /** The same for a manifest made here. */
    public void write(ModelName name, Manifest manifest) throws IOException {
        write(name, manifest.json());
    }

    /**
     * Makes a second name for a model, in place of one that is there; no effect if both are the same.
     *
     * @throws NoSuchFileException if there is no source
     */
    public void copy(ModelName source, ModelName target) throws IOException {
        byte[] bytes = manifests.bytes(source);
        if (!source.full().equals(target.full())) {
            manifests.write(target, bytes);
        }
    }

    /**
     * Removes a model: its manifest, then those of its blobs that no other model and no running job needs.
     *
     * @throws NoSuchFileException if there is none
     */
    public void delete(ModelName name) throws IOException {
        Set<Digest> digests = new HashSet<>();
        try {
            digests.addAll(manifests.read(name).manifest().digests());
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            // A manifest that cannot be read can still be deleted; its blobs go at a later start.
            digests.clear();
        }
        manifests.delete(name);
        deleteUnused(digests);
    }

    /** Removes those of the blobs that no model and no running job needs; tells how many. */
    public int deleteUnused(Collection<Digest> digests) throws IOException {
        synchronized (this) {
            Set<Digest> candidates = new HashSet<>(digests);
            candidates.removeAll(held.keySet());
            if (candidates.isEmpty()) {
                return 0;
            }
            for (Manifests.Stored stored : manifests.list()) {
                candidates.removeAll(stored.manifest().digests());
            }
            int count = 0;
            for (Digest digest : candidates) {
                count += blobs.delete(digest) ? 1 : 0;
            }
            return count;
        }
    }

    synchronized boolean isHeld(Digest digest) {
        return held.containsKey(digest);
    }
}
