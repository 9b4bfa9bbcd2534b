package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import dev.llamero.inference.api.TransferRequest;
import dev.llamero.inference.model.ModelStore;
import dev.llamero.models.registry.ModelSource;
import dev.llamero.models.registry.TransferListener;
import dev.llamero.models.store.ModelName;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** {@code /api/pull} and {@code /api/push} (specification 17.1, 17.3). Any thread. */
final class TransferHandler {
    private final StoreHandler store;

    TransferHandler(StoreHandler store) {
        this.store = store;
    }

    void pull(Exchange exchange) throws InterruptedException {
        TransferRequest request = TransferRequest.readPull(exchange.body());
        ModelSource source = source(request.model(), ModelStore.storedName(request.model()))
                .orElseThrow(() -> ApiException.badRequest("invalid model name"));
        var access = store.access();
        ProgressReply.run(
                exchange,
                request.stream(),
                progress -> access.pull(source, request.insecure(), progress, exchange.watch()::isGone));
    }

    void push(Exchange exchange) throws InterruptedException {
        TransferRequest request = TransferRequest.readPush(exchange.body());
        if (request.model().isEmpty()) {
            throw ApiException.badRequest("model is required");
        }
        Optional<ModelSource> source = source(request.model(), ModelName.parse(request.model()));
        var registry = store.access().registry();
        ProgressReply.run(exchange, request.stream(), progress -> {
            if (source.isEmpty()) {
                progress.report("retrieving manifest");
                progress.report("couldn't retrieve manifest");
                throw new IOException("unqualified name: " + full(request.model()));
            }
            registry.push(source.get(), request.insecure(), TransferListener.of(progress, exchange.watch()::isGone));
        });
    }

    /** Where the model is; empty if the text is no name. */
    private static Optional<ModelSource> source(String text, Optional<ModelName> name) {
        try {
            if (ModelSource.isFile(text)) {
                return ModelSource.parse(text);
            }
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("model: " + e.getMessage());
        }
        return ModelSource.parse(text).map(source -> name.map(source::named).orElse(source));
    }

    /** A name that is none with the parts that are left out, as Ollama tells it. */
    private static String full(String text) {
        int colon = text.lastIndexOf(':');
        boolean tagged = colon > text.lastIndexOf('/');
        String[] parts = (tagged ? text.substring(0, colon) : text).split("/", -1);
        int first = Math.max(0, parts.length - 3);
        String host = String.join("/", Arrays.copyOfRange(parts, 0, first + (parts.length > 2 ? 1 : 0)));
        host = host.substring(host.indexOf("://") < 0 ? 0 : host.indexOf("://") + 3);
        return (parts.length > 2 ? promised(host) : "registry.ollama.ai")
                + "/"
                + (parts.length > 1 ? promised(parts[parts.length - 2]) : "library")
                + "/"
                + promised(parts[parts.length - 1])
                + ":"
                + (tagged ? promised(text.substring(colon + 1)) : "latest");
    }

    /** A part that its separator promised. */
    private static String promised(String part) {
        return part.isEmpty() ? "!MISSING!" : part;
    }
}
