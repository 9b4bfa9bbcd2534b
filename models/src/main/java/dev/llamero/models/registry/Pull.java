package dev.llamero.models.registry;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One pull, from the manifest to the last word. For one use by one thread. */
final class Pull {
    private static final System.Logger LOG = System.getLogger(Pull.class.getName());
    /** A download that another pull began from another registry may fail without fault of ours. */
    private static final int JOINS_MAX = 3;

    private static final int MANIFEST_TRIES_MAX = 3;

    private final Registry registry;
    private final StoreFolder store;
    private final ModelSource source;
    private final RegistrySession session;
    private final Registry.FileModels files;
    private final TransferListener listener;

    Pull(
            Registry registry,
            ModelSource source,
            RegistrySession session,
            Registry.FileModels files,
            TransferListener listener) {
        this.registry = registry;
        this.store = registry.store();
        this.source = source;
        this.session = session;
        this.files = files;
        this.listener = listener;
    }

    void run() throws IOException {
        ModelName name = store.manifests().spelling(source.name());
        listener.tell(TransferEvent.of("pulling manifest"));
        if (source.file().isPresent()) {
            pullFile(name, source.file().get());
        } else {
            pullModel(name);
        }
    }

    private void pullModel(ModelName name) throws IOException {
        Set<Digest> old = installed(name);
        byte[] bytes = manifestBytes(source.name());
        Manifest manifest = parsed(bytes);
        List<Layer> layers = new ArrayList<>(manifest.layers());
        layers.add(manifest.config());
        try (StoreFolder.Hold hold = store.hold()) {
            manifest.digests().forEach(hold::add);
            fetch(name, layers);
            listener.tell(TransferEvent.of("writing manifest"));
            store.write(name, bytes);
        }
        prune(old, manifest);
        listener.tell(TransferEvent.of(TransferEvent.SUCCESS));
    }

    private void pullFile(ModelName name, URI file) throws IOException {
        Layer weights = weights(file);
        boolean isNew = !store.blobs().has(weights.digest());
        try (StoreFolder.Hold hold = store.hold()) {
            hold.add(weights.digest());
            fetch(name, List.of(weights));
            String path = file.getPath();
            files.make(name, path.substring(path.lastIndexOf('/') + 1), weights.digest());
        }
        if (isNew) {
            // The model may have a copy of its own. After a failure the file stays for the next try, and goes at some
            // later start.
            store.deleteUnused(Set.of(weights.digest()));
        }
    }

    private Set<Digest> installed(ModelName name) {
        try {
            return new LinkedHashSet<>(store.manifests().read(name).manifest().digests());
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the manifest of " + name.display() + " cannot be read and is replaced: " + e.getMessage());
            return Set.of();
        }
    }

    private byte[] manifestBytes(ModelName name) throws IOException {
        var ask = RegistrySession.Ask.of("GET", URI.create(blobsOf(name) + "/manifests/" + name.tag()))
                .with("Accept", Manifest.MEDIA_TYPE);
        var attempts = new Attempts(registry.limits(), listener::isGone);
        for (int attempt = 1; ; attempt++) {
            try {
                return session.send(ask, listener::isGone).bytes();
            } catch (RegistryException.Cancelled e) {
                throw e;
            } catch (RegistryException e) {
                // A failure is told at once, as Ollama does, unless the registry says when to come back.
                boolean later = e instanceof RegistryException.Refused refused && refused.retryAfterMillis() > 0;
                if (!later || attempt == MANIFEST_TRIES_MAX) {
                    throw new RegistryException("pull model manifest: " + e.getMessage(), e);
                }
                attempts.failed(e, false);
            }
        }
    }

    /** The part of addresses that stands for the model. */
    private String blobsOf(ModelName name) {
        return session.base() + "/v2/" + name.namespace() + "/" + name.model();
    }

    private static Manifest parsed(byte[] bytes) throws IOException {
        Manifest manifest;
        try {
            manifest = Manifest.parse(bytes);
        } catch (IOException e) {
            throw new RegistryException("pull model manifest: " + e.getMessage(), e);
        }
        if (manifest.layers().size() > TransferLimits.LAYERS_MAX) {
            throw new RegistryException("pull model manifest: it names "
                    + manifest.layers().size() + " layers; more than " + TransferLimits.LAYERS_MAX + " are not taken");
        }
        long total = bounded(manifest.config());
        for (Layer layer : manifest.layers()) {
            if (layer.mediaType().equals(Layer.TENSOR)) {
                throw new RegistryException(
                        "this model is stored as safetensors for MLX, which cannot be run here; pull a GGUF variant");
            }
            total += bounded(layer);
        }
        if (total > TransferLimits.MODEL_BYTES_MAX) {
            throw new RegistryException("pull model manifest: its sizes add up to more than "
                    + (TransferLimits.MODEL_BYTES_MAX >> 40) + " TiB");
        }
        return manifest;
    }

    /** A size that can be added up without an overflow. */
    private static long bounded(Layer layer) {
        return Math.min(layer.size(), TransferLimits.MODEL_BYTES_MAX + 1);
    }

    /** The one layer of a model that is a file. */
    private Layer weights(URI file) throws IOException {
        Digest digest = source.digest().orElseThrow();
        long size = store.blobs().has(digest)
                ? store.blobs().size(digest)
                : new BlobSource(session, file).size(listener::isGone);
        if (size > TransferLimits.MODEL_BYTES_MAX) {
            throw new RegistryException("the server says that the file has " + size + " bytes");
        }
        return new Layer(Layer.MODEL, digest, size);
    }

    /** Brings the blobs into the store, checked. */
    private void fetch(ModelName name, List<Layer> layers) throws IOException {
        requireSpace(name, layers);
        Map<Digest, Downloads.Share> shares = new LinkedHashMap<>();
        try {
            for (Layer layer : layers) {
                if (isThere(layer) && !shares.containsKey(layer.digest())) {
                    store.blobs().touch(layer.digest());
                    listener.tell(TransferEvent.pulling(layer.digest(), layer.size(), layer.size()));
                } else if (!shares.containsKey(layer.digest())) {
                    fetch(layer, false, shares);
                }
            }
            listener.tell(TransferEvent.of("verifying sha256 digest"));
            for (Layer layer : layers) {
                if (shares.containsKey(layer.digest())) {
                    fetch(layer, true, shares);
                }
            }
        } finally {
            shares.values().forEach(Downloads.Share::close);
        }
    }

    private boolean isThere(Layer layer) throws IOException {
        return store.blobs().has(layer.digest()) && store.blobs().size(layer.digest()) == layer.size();
    }

    /** Waits for a blob; once more, from our own registry, if somebody else's download fails. */
    private void fetch(Layer layer, boolean checked, Map<Digest, Downloads.Share> shares) throws IOException {
        for (int joins = 1; ; joins++) {
            Downloads.Share share = shares.get(layer.digest());
            if (share == null) {
                share = registry.downloads().join(layer.digest(), layer.size(), blobSource(layer), listener);
                shares.put(layer.digest(), share);
            }
            try {
                share.await(checked, listener);
                return;
            } catch (IOException e) {
                boolean gone = listener.isGone();
                if (share.isOwn() || gone || joins == JOINS_MAX) {
                    throw e;
                }
                LOG.log(System.Logger.Level.INFO, "a shared download failed and is begun anew: " + e.getMessage());
                share.close();
                shares.remove(layer.digest());
            }
        }
    }

    private BlobSource blobSource(Layer layer) {
        return new BlobSource(
                session,
                source.file().orElseGet(() -> URI.create(blobsOf(source.name()) + "/blobs/" + layer.digest())));
    }

    private void requireSpace(ModelName name, List<Layer> layers) throws IOException {
        long needed = 0;
        for (Layer layer : layers) {
            if (!isThere(layer)) {
                needed += layer.size() - PartialBlob.saved(store.blobs(), layer.digest(), layer.size());
            }
        }
        Path folder = store.blobs().folder();
        Files.createDirectories(folder);
        long free = registry.space().bytes(folder);
        if (needed > free) {
            throw new RegistryException("not enough disk space for " + name.display() + ": it needs " + human(needed)
                    + ", but only " + human(free) + " are free at " + folder
                    + "; free some, or set OLLAMA_MODELS to a folder on a larger disk");
        }
    }

    /** Decimal units, as disks are sold. */
    private static String human(long bytes) {
        return bytes < 1_000_000
                ? bytes + " bytes"
                : bytes < 1_000_000_000
                        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    private void prune(Set<Digest> old, Manifest manifest) {
        Set<Digest> unused = new LinkedHashSet<>(old);
        unused.removeAll(manifest.digests());
        if (!registry.settings().prune() || unused.isEmpty()) {
            return;
        }
        listener.tell(TransferEvent.of("removing unused layers"));
        try {
            store.deleteUnused(unused);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "unused layers stay", e);
            listener.tell(TransferEvent.of("couldn't remove unused layers: " + e.getMessage()));
        }
    }
}
