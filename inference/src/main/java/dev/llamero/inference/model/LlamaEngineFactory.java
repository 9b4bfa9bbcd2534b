package dev.llamero.inference.model;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.EmbeddingEngine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.llama.OpenEmbedder;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Runs models with llama.cpp and the batching engine. The library is loaded with the first model. Immutable.
 *
 * @param natives where the library is
 * @param kvType how the KV cache stores its values
 * @param parallel conversations at once
 * @param queueMax requests that may wait for one of these places
 * @param deviceBytesMax most memory of the GPU for idle conversations of one model outside of its KV cache; 0 for none,
 *     empty for a quarter of what is free there once the model is loaded, and none on a CPU
 * @param parkedBytesMax most main memory for idle conversations of one model; 0 for none, empty for a quarter of what
 *     is free once the model is loaded
 * @param disk where idle conversations outlive their model
 * @param steps how steps are filled
 */
public record LlamaEngineFactory(
        NativeSettings natives,
        KvType kvType,
        int parallel,
        int queueMax,
        OptionalLong deviceBytesMax,
        OptionalLong parkedBytesMax,
        DiskCache disk,
        StepOptions steps)
        implements EngineFactory {
    private static final System.Logger LOG = System.getLogger(LlamaEngineFactory.class.getName());

    /** Changes how keys and values are stored, so cells of one kind are not the other's. */
    private static final String ROTATION_VARIABLE = "LLAMA_ATTN_ROT_DISABLE";

    private static final int PARKED_SHARE_OF_FREE = 4;

    /** Each takes a sequence id, for which the library has logits ready: 0.6 MB with 150,000 tokens to choose from. */
    private static final int DEVICE_COPIES = 32;

    /** Conversations whose cells are kept beside the running ones, for their next turn. */
    private static final int KEPT_CONVERSATIONS = 12;

    /** Texts that an embedding model computes in one step at most. */
    private static final int INPUTS_PER_STEP = 32;

    /**
     * An embedding model computes a text in one step, whose buffers grow with it: longer texts need {@code num_batch}.
     */
    private static final int INPUT_TOKENS = 2_048;

    /** With nothing in the GPU's memory but the KV cache. */
    public LlamaEngineFactory(
            NativeSettings natives,
            KvType kvType,
            int parallel,
            int queueMax,
            OptionalLong parkedBytesMax,
            DiskCache disk,
            StepOptions steps) {
        this(natives, kvType, parallel, queueMax, OptionalLong.of(0), parkedBytesMax, disk, steps);
    }

    @Override
    public LoadedEngine load(LocalModel model, LoadOptions options, Progress progress) {
        LlamaRuntime runtime = LlamaRuntime.load(natives);
        if (model.can("embedding")) {
            return loadEmbedder(runtime, model, options, progress);
        }
        Optional<DraftModels.Small> small = new DraftModels(steps, parallel).open(runtime, model, options, progress);
        try {
            return loadBeside(runtime, model, small, () -> open(runtime, model, options, progress));
        } catch (RuntimeException e) {
            small.ifPresent(DraftModels.Small::close);
            throw e;
        }
    }

    private LoadedEngine loadBeside(
            LlamaRuntime runtime, LocalModel model, Optional<DraftModels.Small> small, Supplier<OpenModel> opening) {
        OpenModel open = opening.get();
        try {
            Optional<DraftModels.Small> drafts = small.filter(each -> each.guessesFor(model, open));
            EngineInfo info = drafts.map(each -> open.info().with(each.model().info(), each.name()))
                    .orElse(open.info());
            long parkedBytes = parkedBytes(runtime);
            var limits = new EngineLimits(
                    info.parallel(), queueMax, info.contextTokens(), parkedBytes, deviceBytes(runtime, open));
            Optional<BlockFolder> kept = parkedBytes > 0 ? folder(runtime, model, open) : Optional.empty();
            var engine = new BatchingEngine(
                    model.name().display(),
                    open.decoder(),
                    open.tokenizer(),
                    info,
                    limits,
                    steps.of(info),
                    drafts.map(each -> each.model().decoder()),
                    kept,
                    () -> {
                        drafts.ifPresent(DraftModels.Small::close);
                        open.close();
                    });
            return new LoadedEngine(engine, open::grammar);
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    @Override
    public boolean fitsBeside(LocalModel model, LoadOptions options) {
        LlamaRuntime runtime = LlamaRuntime.load(natives);
        if (model.can("embedding")) {
            return runtime.fits(model.weights(), embedderSettings(options), 0);
        }
        var drafts = new DraftModels(steps, parallel);
        long small = drafts.chosen(model, options)
                .map(each -> runtime.bytesWanted(each.weights(), drafts.settings(options)))
                .orElse(0L);
        return runtime.fits(model.weights(), settings(options), small);
    }

    private long parkedBytes(LlamaRuntime runtime) {
        return parkedBytesMax.orElseGet(() -> runtime.hostBytesAvailable() / PARKED_SHARE_OF_FREE);
    }

    private long deviceBytes(LlamaRuntime runtime, OpenModel open) {
        return deviceBytesMax.orElseGet(() -> open.hasGpu() ? runtime.gpuBytesAvailable() / PARKED_SHARE_OF_FREE : 0);
    }

    private int deviceCopies(LoadOptions options) {
        boolean wanted = deviceBytesMax.isPresent()
                ? deviceBytesMax.getAsLong() > 0
                : options.gpuLayers() != 0 && LlamaRuntime.load(natives).hasGpu();
        return wanted ? DEVICE_COPIES : 0;
    }

    /** Where this model's conversations are kept; empty, with a line in the log, if nowhere. */
    private Optional<BlockFolder> folder(LlamaRuntime runtime, LocalModel model, OpenModel open) {
        Decoder decoder = open.decoder();
        if (!disk.enabled() || decoder.savedBytes(1) == 0) {
            return Optional.empty();
        }
        try {
            var kind = new StringBuilder("weights " + WeightsIdentity.of(model.weights()));
            for (Path adapter : model.text().adapters()) {
                kind.append("\nadapter ").append(WeightsIdentity.of(adapter));
            }
            kind.append("\nlibrary " + runtime.version()
                    + "\nKV cache " + kvType.label() + ", rotation off: " + System.getenv(ROTATION_VARIABLE)
                    + "\ncell bytes " + decoder.savedBytes(1) + ", " + decoder.savedBytes(2)
                    + "\nGPU " + open.hasGpu());
            return Optional.of(disk.open(model.name().display(), kind.toString()));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "conversations with " + model.name().display() + " are not kept on disk: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static ModelSettings embedderSettings(LoadOptions options) {
        int tokens = Math.min(options.contextTokens(), Math.max(options.batchTokens(), INPUT_TOKENS));
        return new ModelSettings(
                tokens,
                1,
                INPUTS_PER_STEP,
                options.gpuLayers(),
                KvType.F16,
                options.threads(),
                tokens,
                options.useMmap());
    }

    private LoadedEngine loadEmbedder(LlamaRuntime runtime, LocalModel model, LoadOptions options, Progress progress) {
        ModelSettings settings = embedderSettings(options);
        OpenEmbedder open = stoppable(model, () -> runtime.openEmbedder(model.weights(), settings, progress::goesOn));
        try {
            var embedder = new EmbeddingEngine(
                    model.name().display(), open.encoder(), open.tokenizer(), open.info(), Math.max(1, queueMax), open);
            return new LoadedEngine(embedder, gbnf -> {
                throw new EngineException.Failed("a model for embeddings has no grammar", null);
            });
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private ModelSettings settings(LoadOptions options) {
        return new ModelSettings(
                options.contextTokens(),
                parallel,
                Math.min(parallel + KEPT_CONVERSATIONS, ModelSettings.SEQUENCES_MAX),
                options.gpuLayers(),
                kvType,
                options.threads(),
                options.batchTokens(),
                options.useMmap(),
                deviceCopies(options));
    }

    private OpenModel open(LlamaRuntime runtime, LocalModel model, LoadOptions options, Progress progress) {
        ModelSettings settings = settings(options);
        return stoppable(
                model, () -> runtime.open(model.weights(), model.text().adapters(), settings, progress::goesOn));
    }

    static <T> T stoppable(LocalModel model, Supplier<T> opening) {
        try {
            return opening.get();
        } catch (CancellationException e) {
            throw new EngineException.Closed("loading " + model.name().display() + " was stopped");
        }
    }
}
