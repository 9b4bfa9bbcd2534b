package dev.llamero.inference.model;

import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import dev.llamero.models.create.BaseModels;
import dev.llamero.models.create.CreateRequest;
import dev.llamero.models.create.GgufRewriter;
import dev.llamero.models.create.ModelCreator;
import dev.llamero.models.registry.ModelSource;
import dev.llamero.models.registry.Registry;
import dev.llamero.models.registry.TransferEvent;
import dev.llamero.models.registry.TransferListener;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The store that models are written to. Any thread. */
public record StoreAccess(StoreFolder folder, ModelCreator creator, Registry registry) {
    /** Where models come from that are not in the store. */
    private record Bases(GgufFolder files, Registry registry) implements BaseModels {
        @Override
        public Optional<Path> file(ModelName name) {
            return files.find(name).map(LocalModel::weights);
        }

        @Override
        public void pull(ModelName name, Progress progress) throws IOException {
            // Progress itself throws once the client has left. The success is of the pull only.
            Progress steps = line -> {
                if (!line.status().equals(TransferEvent.SUCCESS)) {
                    progress.report(line);
                }
            };
            registry.pull(ModelSource.of(name), false, Bases::refuse, TransferListener.of(steps, () -> false));
        }

        private static void refuse(ModelName name, String file, Digest weights) throws IOException {
            throw new IOException("a model is not made from the address of a file: pull " + file + " first");
        }
    }

    /**
     * The store in a folder.
     *
     * @param files models that are no part of it, from which others can be made
     * @param registry brings models into it, and is closed by the caller
     * @param prunes whether blobs of replaced models are removed
     */
    public static StoreAccess of(
            StoreFolder folder, GgufFolder files, GgufRewriter rewriter, Registry registry, boolean prunes) {
        var creator = new ModelCreator(folder, rewriter, StoreAccess::fault, new Bases(files, registry), prunes);
        return new StoreAccess(folder, creator, registry);
    }

    /**
     * Brings a model into the store; one that is a single file by the rules of create.
     *
     * @param gone whether nobody waits for it any longer
     */
    public void pull(ModelSource source, boolean insecure, Progress progress, BooleanSupplier gone) throws IOException {
        registry.pull(
                source,
                insecure,
                (name, file, weights) -> creator.create(CreateRequest.ofFile(name, file, weights), progress),
                TransferListener.of(progress, gone));
    }

    private static Optional<String> fault(String template) {
        try {
            OllamaTemplate.parse(template);
            return Optional.empty();
        } catch (GoTemplateException e) {
            return Optional.of(e.getMessage());
        }
    }
}
