package dev.llamero.inference.model;

import dev.llamero.inference.gotemplate.GoTemplateException;
import dev.llamero.inference.gotemplate.OllamaTemplate;
import dev.llamero.models.create.BaseModels;
import dev.llamero.models.create.CreateException;
import dev.llamero.models.create.GgufRewriter;
import dev.llamero.models.create.ModelCreator;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.nio.file.Path;
import java.util.Optional;

/** The store that models are written to. Any thread. */
public record StoreAccess(StoreFolder folder, ModelCreator creator) {
    /** Where models come from that are not in the store. */
    private record Bases(GgufFolder files) implements BaseModels {
        @Override
        public Optional<Path> file(ModelName name) {
            return files.find(name).map(LocalModel::weights);
        }

        @Override
        public void pull(ModelName name, Progress progress) throws CreateException {
            progress.report("pulling manifest");
            throw new CreateException(500, "pull model manifest: " + name.display() + " is not installed");
        }
    }

    /**
     * The store in a folder.
     *
     * @param files models that are no part of it, from which others can be made
     * @param prunes whether blobs of replaced models are removed
     */
    public static StoreAccess of(StoreFolder folder, GgufFolder files, GgufRewriter rewriter, boolean prunes) {
        return new StoreAccess(
                folder, new ModelCreator(folder, rewriter, StoreAccess::fault, new Bases(files), prunes));
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
