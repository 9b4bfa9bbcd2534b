package dev.llamero.models.registry;

import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One push: the blobs that the registry lacks, then the manifest. For one use by one thread. */
final class Push {
    private final StoreFolder store;
    private final TransferLimits limits;
    private final ModelSource source;
    private final RegistrySession session;
    private final TransferListener listener;

    Push(Registry registry, ModelSource source, RegistrySession session, TransferListener listener) {
        this.store = registry.store();
        this.limits = registry.limits();
        this.source = source;
        this.session = session;
        this.listener = listener;
    }

    void run() throws IOException {
        ModelName name = store.manifests().spelling(source.name());
        listener.tell(TransferEvent.of("retrieving manifest"));
        Manifest manifest = manifest(name);
        List<Layer> layers = new ArrayList<>(manifest.layers());
        layers.add(manifest.config());
        for (Layer layer : layers) {
            requireBlob(name, layer);
        }
        for (Layer layer : layers) {
            push(name, layer);
        }
        listener.tell(TransferEvent.of("pushing manifest"));
        byte[] bytes = store.manifests().bytes(name);
        session.send(
                new RegistrySession.Ask(
                        "PUT",
                        URI.create(repository(name) + "/manifests/" + name.tag()),
                        Map.of("Content-Type", Manifest.MEDIA_TYPE),
                        () -> BodyPublishers.ofByteArray(bytes),
                        false,
                        true,
                        null),
                listener::isGone);
        listener.tell(TransferEvent.of(TransferEvent.SUCCESS));
    }

    private Manifest manifest(ModelName name) throws IOException {
        try {
            return store.manifests().read(name).manifest();
        } catch (NoSuchFileException e) {
            listener.tell(TransferEvent.of("couldn't retrieve manifest"));
            throw new RegistryException("open " + e.getFile() + ": no such file or directory", e);
        } catch (IOException e) {
            listener.tell(TransferEvent.of("couldn't retrieve manifest"));
            throw e;
        }
    }

    /** A model with a missing blob is not sent in part. */
    private void requireBlob(ModelName name, Layer layer) throws IOException {
        if (!store.blobs().has(layer.digest()) || store.blobs().size(layer.digest()) != layer.size()) {
            throw new RegistryException("a blob of " + name.display() + " is missing or damaged: "
                    + store.blobs().path(layer.digest()) + "; pull or create the model again");
        }
    }

    private String repository(ModelName name) {
        return session.base() + "/v2/" + name.namespace() + "/" + name.model();
    }

    private void push(ModelName name, Layer layer) throws IOException {
        try {
            session.send(
                    RegistrySession.Ask.of("HEAD", URI.create(repository(name) + "/blobs/" + layer.digest())),
                    listener::isGone);
            tell(layer, layer.size());
        } catch (RegistryException.Absent e) {
            upload(name, layer);
        }
    }

    private void upload(ModelName name, Layer layer) throws IOException {
        var attempts = new Attempts(limits, listener::isGone);
        while (true) {
            var upload = new BlobUpload(
                    session, store.blobs().path(layer.digest()), layer, limits, listener::isGone, this::tell);
            try {
                upload.run(URI.create(repository(name) + "/blobs/uploads/"));
                tell(layer, layer.size());
                return;
            } catch (IOException e) {
                attempts.failed(e, upload.sent() >= TransferLimits.PROGRESS_BYTES * 100);
            }
        }
    }

    private void tell(Layer layer, long sent) {
        listener.tell(TransferEvent.pushing(layer.digest(), layer.size(), sent));
    }
}
