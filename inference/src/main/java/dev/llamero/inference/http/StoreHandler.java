package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.CopyRequest;
import dev.llamero.inference.api.DeleteRequest;
import dev.llamero.inference.api.GoText;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.inference.model.StoreAccess;
import dev.llamero.models.store.BlobWriter;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.DigestMismatchException;
import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Changes of the store: {@code /api/copy}, {@code /api/delete}, {@code /api/blobs} (specification 17). Any thread. */
final class StoreHandler {
    private static final byte[] NOTHING = new byte[0];

    private final Optional<StoreAccess> access;
    private final ModelStore models;
    private final LoadedModels loaded;

    /** @param access empty if this server serves named files only */
    StoreHandler(Optional<StoreAccess> access, ModelStore models, LoadedModels loaded) {
        this.access = access;
        this.models = models;
        this.loaded = loaded;
    }

    /** @throws ApiException if there is no store */
    StoreAccess access() {
        return access.orElseThrow(() -> ApiException.badRequest(
                "this server has no store, since it serves only the files of --model; start it without"));
    }

    void copy(Exchange exchange) {
        CopyRequest request = CopyRequest.read(exchange.body());
        ModelName source = name(request.source(), "source");
        ModelName target = name(request.destination(), "destination");
        var store = access().folder();
        Optional<ModelName> installed = store.manifests().installed(source);
        if (installed.isEmpty()) {
            refuseLooseFile(source, "copied; give it another name with `create`");
            throw ApiException.notFound("model " + GoText.quoted(request.source()) + " not found");
        }
        try {
            store.copy(installed.get(), store.manifests().spelling(target));
        } catch (NoSuchFileException e) {
            throw ApiException.notFound("model " + GoText.quoted(request.source()) + " not found");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + source.display(), e);
        }
        exchange.send(200, null, NOTHING);
    }

    private static ModelName name(String text, String what) {
        return ModelName.parse(text)
                .orElseThrow(() -> ApiException.badRequest(what + " " + GoText.quoted(text) + " is invalid"));
    }

    /** A GGUF file in the models folder is a model without a manifest. */
    private void refuseLooseFile(ModelName name, String remedy) {
        Optional<LocalModel> loose = models.find(name);
        if (loose.isPresent()) {
            throw ApiException.badRequest(name.display() + " is the file "
                    + loose.get().weights() + " and no part of the store, so it cannot be " + remedy);
        }
    }

    void delete(Exchange exchange) {
        DeleteRequest request = DeleteRequest.read(exchange.body());
        if (GoText.trimmed(request.model()).isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        ModelName name = ModelStore.storedName(request.model())
                .orElseThrow(() -> ApiException.badRequest("name " + GoText.quoted(request.model()) + " is invalid"));
        var store = access().folder();
        Optional<ModelName> installed = store.manifests().installed(name);
        if (installed.isEmpty()) {
            refuseLooseFile(name, "deleted here; delete that file");
            throw ApiException.notFound("model '" + request.model() + "' not found");
        }
        models.find(installed.get()).ifPresent(loaded::unload);
        try {
            store.delete(installed.get());
        } catch (NoSuchFileException e) {
            throw ApiException.notFound("model '" + request.model() + "' not found");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + name.display(), e);
        }
        exchange.send(200, null, NOTHING);
    }

    void blobExists(Exchange exchange) {
        String given = exchange.lastSegment();
        Digest digest = digest(given);
        if (!access().folder().blobs().has(digest)) {
            throw ApiException.notFound("blob " + GoText.quoted(given) + " not found");
        }
        exchange.send(200, null, NOTHING);
    }

    void createBlob(Exchange exchange) {
        String given = exchange.lastSegment();
        Digest digest = digest(given);
        var blobs = access().folder().blobs();
        if (blobs.has(digest)) {
            exchange.send(200, null, NOTHING);
            return;
        }
        try (BlobWriter writer = blobs.writer();
                InputStream body = exchange.bodyStream()) {
            if (exchange.contentLength().isPresent()) {
                blobs.requireSpace(exchange.contentLength().getAsLong());
            }
            writer.writeAll(body);
            writer.commit(digest);
        } catch (DigestMismatchException e) {
            throw ApiException.badRequest("digest mismatch, expected " + GoText.quoted(given) + ", got "
                    + GoText.quoted(e.actual().toString()));
        } catch (IOException e) {
            throw new ApiException(500, "cannot store the blob: " + e.getMessage());
        }
        exchange.send(201, null, NOTHING);
    }

    private static Digest digest(String given) {
        return Digest.parse(given).orElseThrow(() -> ApiException.badRequest("invalid digest format"));
    }
}
