package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.models.GgufFile;
import dev.llamero.models.KvType;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;

/** Opens one model: checks the file, plans memory, loads weights, makes the context, warms it up. Used once. */
final class ModelOpener {
    private static final System.Logger LOGGER = System.getLogger(ModelOpener.class.getName());

    /** Rows of a step that may want logits, if there are not more sequences. Logits take memory per such row. */
    private static final int OUTPUTS_MIN = 64;

    /** The kinds of {@code llama_pooling_type} that give one vector per text: mean, first token, last token. */
    private static final int POOLING_MEAN = 1;

    private static final int POOLING_LAST = 3;

    private final LlamaRuntime.Library library;
    private final Path path;
    private final ModelSettings settings;
    private final LoadProgress progress;
    private final BufferSizes buffers = new BufferSizes();
    private final int outputsMax;
    private final long startNanos = System.nanoTime();

    /** Sequence ids for copies on the device. */
    private int deviceCopies;

    /** The address space before the latest context was made. */
    private ZeroPages zeros;

    ModelOpener(LlamaRuntime.Library library, Path path, ModelSettings settings, LoadProgress progress) {
        this.library = library;
        this.path = path;
        this.settings = settings;
        this.progress = progress;
        this.outputsMax = Math.max(OUTPUTS_MIN, settings.sequencesMax());
    }

    /** @param adapters that the model answers with */
    OpenModel open(Adapters adapters) {
        var planner = new ModelPlanner(library, path, settings);
        GgufFile header = planner.header();
        MemoryPlan plan = planner.plan(header);
        NativeHandle model = load(plan.gpuLayers());
        try {
            return openContext(model, plan, (int) header.contextLength().orElse(0), adapters);
        } catch (Throwable t) {
            model.close();
            throw t;
        }
    }

    private NativeHandle load(int gpuLayers) {
        ProgressUpcall upcall = new ProgressUpcall(progress);
        // Shared, since the library does not promise to call back on this thread only.
        try (Arena arena = Arena.ofShared()) {
            MemorySegment params = library.modelDefaults(arena);
            params.set(JAVA_INT, Layouts.offset(Layouts.MODEL_PARAMS, "n_gpu_layers"), gpuLayers);
            if (!settings.useMmap()) {
                params.set(JAVA_INT, Layouts.offset(Layouts.MODEL_PARAMS, "load_mode"), 0);
            }
            params.set(ADDRESS, Layouts.offset(Layouts.MODEL_PARAMS, "progress_callback"), upcall.stub(arena));
            MemorySegment text = arena.allocateFrom(path.toAbsolutePath().toString());
            MemorySegment model =
                    NativeLog.observing(buffers, () -> library.models().modelLoad(text, params));
            if (model.address() == 0) {
                throw loadFailure(upcall);
            }
            return new NativeHandle("the model " + path.getFileName(), model, library.models()::modelFree);
        }
    }

    private RuntimeException loadFailure(ProgressUpcall upcall) {
        if (upcall.thrown().isPresent()) {
            return upcall.thrown().get();
        }
        if (upcall.cancelled()) {
            return new CancellationException("loading " + path.getFileName() + " was cancelled");
        }
        String reason = buffers.firstError().isEmpty() ? "llama.cpp gives no reason" : buffers.firstError();
        return new EngineException.Unloadable("cannot load " + path + ": " + reason, null);
    }

    /** The same for a model that makes vectors: without a lasting cache, so a step is as long as its context. */
    OpenEmbedder openEmbedder() {
        var planner = new ModelPlanner(library, path, settings);
        MemoryPlan plan = planner.plan(planner.header());
        NativeHandle model = load(plan.gpuLayers());
        try {
            return openEncoder(model, plan);
        } catch (Throwable t) {
            model.close();
            throw t;
        }
    }

    private OpenEmbedder openEncoder(NativeHandle model, MemoryPlan plan) {
        LlamaVocab vocab = new LlamaVocab(library.models(), model);
        requireGenerator(model, vocab);
        int threads = settings.threads() > 0 ? settings.threads() : HostMemory.cores();
        int tokens = plan.fit().contextTokens();
        NativeHandle context = newContext(model, threads, encoderParams(tokens, threads));
        while (context == null) {
            tokens = nextSmaller(tokens);
            context = newContext(model, threads, encoderParams(tokens, threads));
        }
        try {
            requirePooling(context);
            int dimensions = model.ask(library.embeddings()::dimensions);
            LlamaEncoder encoder = new LlamaEncoder(library, context, vocab.vocabularySize(), dimensions);
            encoder.encode(List.of(new int[] {0}));
            EngineInfo info = info(encoder.tokensMax(), 1);
            log(info, threads);
            return new OpenEmbedder(model, vocab, encoder, info);
        } catch (Throwable t) {
            context.close();
            throw t;
        }
    }

    /** Only a model that pools the vectors of its tokens into one makes embeddings; a reranker's pooling does not. */
    private void requirePooling(NativeHandle context) {
        int pooling = context.ask(library.embeddings()::pooling);
        if (pooling < POOLING_MEAN || pooling > POOLING_LAST) {
            throw new EngineException.Unloadable(
                    path + " has pooling type " + pooling + ", which gives no embedding of a text", null);
        }
    }

    private UnaryOperator<MemorySegment> encoderParams(int tokens, int threads) {
        return params -> {
            put(params, "n_ctx", tokens);
            put(params, "n_batch", tokens);
            put(params, "n_ubatch", tokens);
            put(params, "n_seq_max", settings.sequencesMax());
            put(params, "n_outputs_max", tokens);
            put(params, "n_threads", threads);
            put(params, "n_threads_batch", threads);
            params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.CONTEXT_PARAMS, "embeddings"), true);
            params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.CONTEXT_PARAMS, "kv_unified"), true);
            return params;
        };
    }

    private EngineInfo info(int contextTokens, int parallel) {
        return new EngineInfo(
                "llama.cpp v" + library.version() + (buffers.gpuBytes() > 0 ? " (GPU)" : " (CPU)"),
                contextTokens,
                parallel,
                buffers.totalBytes(),
                buffers.gpuBytes(),
                buffers.weightBytes(),
                buffers.kvBytes(),
                "");
    }

    private OpenModel openContext(NativeHandle model, MemoryPlan plan, int trainingContext, Adapters adapters) {
        LlamaVocab vocab = new LlamaVocab(library.models(), model);
        boolean stateful = requireGenerator(model, vocab);
        int contextTokens = plan.fit().contextTokens();
        plan.fit()
                .reason()
                .ifPresent(reason ->
                        logReduced(settings.contextTokens(), plan.fit().contextTokens(), reason));
        int threads = settings.threads() > 0 ? settings.threads() : HostMemory.cores();
        AbortFlag abort = new AbortFlag();
        boolean canSave = !stateful && canSave(model);
        deviceCopies = canSave ? deviceCopies() : 0;
        NativeHandle context = newContext(model, threads, decoderParams(stateful, contextTokens, threads, abort));
        while (context == null) {
            contextTokens = nextSmaller(contextTokens);
            context = newContext(model, threads, decoderParams(stateful, contextTokens, threads, abort));
        }
        requireMemory(context);
        useAdapters(adapters, model, context);
        // Kernels for a lone row: attention over a cache of f16 on the CPU, several on a GPU.
        boolean loneRowsDiffer = settings.kvType() == KvType.F16 || buffers.gpuBytes() > 0;
        LlamaDecoder decoder = new LlamaDecoder(
                library.contexts(),
                context,
                abort,
                outputsMax,
                vocab.vocabularySize(),
                canSave,
                loneRowsDiffer,
                deviceCopies,
                buffers.gpuBytes() > 0 ? library::leastFreeBytes : HostMemory::availableBytes);
        try {
            warmUp(decoder);
            tryDevice(decoder);
            zeros.release(buffers.hostKvBytes());
        } catch (Throwable t) {
            decoder.close();
            throw t;
        }
        EngineInfo info = info(contextTokens, settings.parallel());
        log(info, threads);
        return new OpenModel(library.models(), model, vocab, decoder, info, trainingContext);
    }

    /** Refuses models that cannot generate text. Gives whether it keeps a state per sequence besides a KV cache. */
    private boolean requireGenerator(NativeHandle model, LlamaVocab vocab) {
        MemorySegment pointer = model.acquire();
        try {
            if (vocab.vocabularySize() == 0) {
                throw new EngineException.Unloadable(path + " has no vocabulary", null);
            }
            if (library.models().hasEncoder(pointer) || !library.models().hasDecoder(pointer)) {
                throw new EngineException.Unloadable(
                        path + " has an encoder, which Llamero does not run; use a decoder-only model", null);
            }
            return library.models().recurrent(pointer) || library.models().hybrid(pointer);
        } finally {
            model.release();
        }
    }

    /** A sliding window's cells are not all there to be saved; and saving wants a sequence id of its own. */
    private boolean canSave(NativeHandle model) {
        MemorySegment pointer = model.acquire();
        try {
            return library.models().window(pointer) <= 0 && settings.sequencesMax() < ModelSettings.SEQUENCES_MAX;
        } finally {
            model.release();
        }
    }

    /** None of a quantised cache: of its blocks the library copies a part (v0.5.0). */
    private int deviceCopies() {
        boolean exact = settings.kvType().storage().blockElements() == 1;
        if (!exact && settings.deviceCopies() > 0) {
            logNotKept("the KV cache is " + settings.kvType().label());
        }
        return exact ? Math.min(settings.deviceCopies(), ModelSettings.SEQUENCES_MAX - 1 - settings.sequencesMax()) : 0;
    }

    private void tryDevice(LlamaDecoder decoder) {
        if (deviceCopies > 0) {
            decoder.tryDevice().ifPresent(this::logNotKept);
        }
    }

    private void logNotKept(String reason) {
        LOGGER.log(Level.INFO, "idle conversations with " + path.getFileName() + " do not stay on the GPU: " + reason);
    }

    private void logReduced(int from, int to, String reason) {
        LOGGER.log(
                Level.WARNING,
                "context of " + path.getFileName() + " reduced from " + from + " to " + to + " tokens: " + reason);
    }

    private int nextSmaller(int contextTokens) {
        int smaller = ContextFit.smaller(contextTokens);
        String reason = buffers.firstError().isEmpty() ? "llama.cpp gives no reason" : buffers.firstError();
        if (smaller == 0) {
            throw new EngineException.Unloadable("cannot make a context for " + path + ": " + reason, null);
        }
        logReduced(contextTokens, smaller, reason);
        buffers.forgetErrors();
        return smaller;
    }

    /** A context with its thread pool, or null if the library could not make one of this size. */
    private NativeHandle newContext(NativeHandle model, int threads, UnaryOperator<MemorySegment> fill) {
        NativeHandle pool = ThreadPool.start(library.ggml(), threads);
        NativeHandle context = null;
        MemorySegment modelPointer = model.acquire();
        zeros = ZeroPages.before();
        try (Arena arena = Arena.ofConfined();
                var sweep = new ZeroSweep(zeros, buffers)) {
            MemorySegment params = fill.apply(library.contextDefaults(arena));
            MemorySegment made =
                    NativeLog.observing(sweep, () -> library.contexts().init(modelPointer, params));
            if (made.address() != 0) {
                context = new NativeHandle("the context of " + path.getFileName(), made, pointer -> {
                    library.contexts().free(pointer);
                    pool.close();
                });
                library.contexts().attachThreadpool(made, pool.acquire());
                pool.release();
                return context;
            }
        } catch (Throwable t) {
            if (context != null) {
                context.close();
            }
            pool.close();
            throw t;
        } finally {
            model.release();
        }
        pool.close();
        return null;
    }

    private void requireMemory(NativeHandle context) {
        if (context.ask(library.contexts()::memory).address() == 0) {
            context.close();
            throw new EngineException.Unloadable(
                    path + " has no KV cache: it is a model for embeddings and cannot generate text", null);
        }
    }

    private static void useAdapters(Adapters adapters, NativeHandle model, NativeHandle context) {
        try {
            adapters.use(model, context);
        } catch (Throwable t) {
            context.close();
            throw t;
        }
    }

    private UnaryOperator<MemorySegment> decoderParams(
            boolean stateful, int contextTokens, int threads, AbortFlag abort) {
        return params -> fillDecoderParams(params, stateful, contextTokens, threads, abort);
    }

    private MemorySegment fillDecoderParams(
            MemorySegment params, boolean stateful, int contextTokens, int threads, AbortFlag abort) {
        int batch = settings.batchTokensMax();
        // A recurrent model keeps a whole state per sequence id, so it gets no more ids than run at once.
        // Others get one more, in which cells are cut out to be saved, and those for copies on the device.
        int sequences = stateful
                ? settings.parallel()
                : Math.min(settings.sequencesMax() + 1 + deviceCopies, ModelSettings.SEQUENCES_MAX);
        put(params, "n_ctx", contextTokens * settings.parallel());
        put(params, "n_batch", batch);
        put(params, "n_ubatch", batch);
        put(params, "n_seq_max", sequences);
        // Fewer than sequence ids end the process.
        put(params, "n_outputs_max", Math.max(outputsMax, sequences));
        put(params, "n_threads", threads);
        put(params, "n_threads_batch", threads);
        put(params, "type_k", settings.kvType().storage().id());
        put(params, "type_v", settings.kvType().storage().id());
        params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.CONTEXT_PARAMS, "kv_unified"), true);
        params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback"), AbortFlag.function());
        params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback_data"), abort.argument());
        return params;
    }

    private static void put(MemorySegment params, String field, int value) {
        params.set(JAVA_INT, Layouts.offset(Layouts.CONTEXT_PARAMS, field), value);
    }

    /** A step, so that weights are read and buffers touched before the first question; and what it saves to. */
    private static void warmUp(LlamaDecoder decoder) {
        Batch batch = new Batch(decoder.batchTokensMax());
        int rows = Math.min(2, decoder.contextTokens());
        for (int row = 0; row < rows; row += batch.size()) {
            batch.clear();
            while (batch.size() < batch.capacity() && row + batch.size() < rows) {
                batch.add(0, row + batch.size(), 0, row + batch.size() == 0);
            }
            if (decoder.decode(batch) != Decoder.Outcome.DONE) {
                throw new EngineException.Failed("the first step of a new context did not end well", null);
            }
        }
        decoder.measureStates();
        if (!decoder.remove(0, 0, -1)) {
            throw new EngineException.Failed("a new context cannot be emptied", null);
        }
    }

    private void log(EngineInfo info, int threads) {
        LOGGER.log(
                Level.INFO,
                () -> String.format(
                        Locale.ROOT,
                        "opened %s: context %d x %d, KV %s, %d threads, %.1f MiB, %.1f MiB of it on GPU, in %d ms",
                        path.getFileName(),
                        info.contextTokens(),
                        info.parallel(),
                        settings.kvType().label(),
                        threads,
                        info.bytesTotal() / (double) (1 << 20),
                        info.bytesOnGpu() / (double) (1 << 20),
                        (System.nanoTime() - startNanos) / 1_000_000));
    }
}
