package dev.llamero.models.create;

import dev.llamero.models.GgufFile;
import dev.llamero.models.store.BlobWriter;
import dev.llamero.models.store.Blobs;
import dev.llamero.models.store.Digest;
import dev.llamero.models.store.Layer;
import dev.llamero.models.store.Manifest;
import dev.llamero.models.store.ModelName;
import dev.llamero.models.store.Progress;
import dev.llamero.models.store.StoreFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One model in the making. For one use by one thread. */
final class CreateJob {
    private static final long CONFIG_BYTES_MAX = 16 << 20;
    private static final Set<String> WEIGHTS = Set.of(Layer.MODEL, Layer.PROJECTOR, Layer.ADAPTER, Layer.DRAFT);

    private final StoreFolder store;
    private final StoreFolder.Hold hold;
    private final CreateRequest request;
    private final Progress progress;
    private final ModelConfig config = new ModelConfig();
    private final SourceFiles files;
    private final List<Part> parts = new ArrayList<>();
    private final TextLayers texts;
    private final Map<String, Object> parameters;

    CreateJob(StoreFolder store, StoreFolder.Hold hold, CreateRequest request, Progress progress) {
        this.store = store;
        this.hold = hold;
        this.request = request;
        this.progress = progress;
        this.files = new SourceFiles(store, hold, progress);
        this.texts = new TextLayers(store, hold, parts);
        this.parameters = new HashMap<>(request.parameters());
        config.suggest("renderer", request.renderer());
        config.suggest("parser", request.parser());
        config.suggest("requires", request.requires());
    }

    /** Makes it; gives the blobs of layers that others then replaced. */
    Set<Digest> run(GgufRewriter rewriter, TemplateCheck check, BaseModels bases, KnownTemplates known)
            throws IOException {
        if (request.from().isPresent()) {
            addBase(request.from().get(), bases, known);
        } else if (request.files().isPresent()) {
            addFiles(request.files().get(), known);
        } else {
            throw new CreateException(400, "neither 'from' or 'files' was specified");
        }
        if (request.adapters().isPresent()) {
            parts.addAll(files.adapters(request.adapters().get()));
        }
        config.override(request.info());
        storeWeights(rewriter);
        texts.template(request.template(), check);
        texts.system(request.system());
        texts.licenses(request.licenses());
        texts.parameters(parameters);
        texts.messages(request.messages());
        Blobs.Added blob = store.blobs().add(config.json());
        hold.add(blob.digest());
        parts.forEach(part -> progress.report(part.status()));
        progress.report("writing manifest");
        store.write(
                request.name(),
                new Manifest(
                        new Layer(Layer.CONFIG, blob.digest(), blob.size()),
                        parts.stream().map(Part::layer).toList()));
        return texts.dropped();
    }

    private void addFiles(Map<String, String> given, KnownTemplates known) throws IOException {
        parts.addAll(files.models(given));
        texts.addKnownTemplate(known);
    }

    private void addBase(ModelName from, BaseModels bases, KnownTemplates known) throws IOException {
        Optional<ModelName> installed = store.manifests().installed(from);
        if (installed.isEmpty()) {
            Optional<Path> file = bases.file(from);
            if (file.isPresent()) {
                addFiles(Map.of(from.model() + ".gguf", imported(file.get()).toString()), known);
                return;
            }
            bases.pull(from, progress);
            installed = Optional.of(from);
        }
        addInstalled(installed.get());
    }

    /** Copies a file that is no part of the store into it. */
    private Digest imported(Path file) throws IOException {
        store.blobs().requireSpace(Files.size(file));
        try (BlobWriter writer = store.blobs().writer();
                InputStream in = Files.newInputStream(file)) {
            writer.writeAll(in);
            Digest digest = writer.commit().digest();
            hold.add(digest);
            return digest;
        }
    }

    private void addInstalled(ModelName base) throws IOException {
        Manifest manifest = store.manifests().read(base).manifest();
        for (Layer layer : manifest.layers()) {
            hold.add(layer.digest());
            try {
                store.blobs().touch(layer.digest());
            } catch (NoSuchFileException e) {
                throw new CreateException(
                        500,
                        "a blob of " + base.display() + " is missing: " + e.getMessage() + "; pull or create it again");
            }
            Optional<GgufFile> weights = WEIGHTS.contains(layer.mediaType())
                    ? Optional.of(SourceFiles.header(store.blobs().path(layer.digest()), base.display()))
                    : Optional.empty();
            Layer taken = new Layer(
                    layer.mediaType(),
                    layer.digest(),
                    store.blobs().size(layer.digest()),
                    base.display(),
                    layer.name());
            parts.add(Part.existing(taken, weights, false));
        }
        config.inherit(store.blobs().read(manifest.config().digest(), CONFIG_BYTES_MAX));
    }

    private void storeWeights(GgufRewriter rewriter) throws IOException {
        Optional<Quantization> wanted =
                request.quantize().isEmpty() ? Optional.empty() : Optional.of(Quantization.parse(request.quantize()));
        var rewrite = new WeightsRewrite(store, hold, rewriter, progress);
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.gguf().isPresent()) {
                part = rewrite.of(part, wanted);
                parts.set(i, part);
            }
            if (part.is(Layer.MODEL)) {
                config.describe(part.gguf().orElseThrow());
                builtIns(part.gguf().orElseThrow().architecture());
            }
        }
    }

    /** Families whose prompts Ollama builds in code rather than with a template. */
    private void builtIns(String architecture) {
        if (!config.text("renderer").isEmpty() && !config.text("parser").isEmpty()) {
            return;
        }
        String name = switch (architecture) {
            case "gemma4", "laguna" -> architecture;
            case "nemotron_h", "nemotron_h_moe", "nemotron_h_omni" -> "nemotron-3-nano";
            default -> "";
        };
        config.suggest("renderer", name);
        config.suggest("parser", name);
        if (architecture.equals("gemma4")) {
            parameters.putIfAbsent("stop", List.of("<turn|>"));
        }
    }
}
