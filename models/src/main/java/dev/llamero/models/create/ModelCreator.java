package dev.llamero.models.create;

import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.util.HashSet;
import java.util.Objects;

/** Makes models in a store. Any thread; several at once. */
public final class ModelCreator {
    private final StoreFolder store;
    private final GgufRewriter rewriter;
    private final TemplateCheck templates;
    private final BaseModels bases;
    private final boolean prunes;
    private final KnownTemplates known = KnownTemplates.load();

    /**
     * @param prunes whether blobs that a replaced model alone needed are removed, {@code OLLAMA_NOPRUNE} not being set
     */
    public ModelCreator(
            StoreFolder store, GgufRewriter rewriter, TemplateCheck templates, BaseModels bases, boolean prunes) {
        this.store = Objects.requireNonNull(store);
        this.rewriter = Objects.requireNonNull(rewriter);
        this.templates = Objects.requireNonNull(templates);
        this.bases = Objects.requireNonNull(bases);
        this.prunes = prunes;
    }

    /**
     * Makes a model, in place of one that has its name; returns when it is on the disk. A failure leaves the old one.
     *
     * @param progress is told each step in Ollama's words, {@code success} last
     * @throws CreateException if the request is wrong
     */
    public void create(CreateRequest request, Progress progress) throws IOException {
        var unused = new HashSet<Digest>();
        if (prunes && store.manifests().has(request.name())) {
            unused.addAll(store.manifests().read(request.name()).manifest().digests());
        }
        try (StoreFolder.Hold hold = store.hold()) {
            unused.addAll(new CreateJob(store, hold, request, progress).run(rewriter, templates, bases, known));
        }
        store.deleteUnused(unused);
        progress.report("success");
    }
}
