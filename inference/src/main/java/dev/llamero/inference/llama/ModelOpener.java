package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CancellationException;

/** Opens one model: checks the file, plans memory, loads weights, makes the context, warms it up. Used once. */
final class ModelOpener {
    private static final System.Logger LOGGER = System.getLogger(ModelOpener.class.getName());
    private static final String MAGIC = "GGUF";

    /** Rows of a step that may want logits, if there are not more sequences. Logits take memory per such row. */
    private static final int OUTPUTS_MIN = 64;

    private final LlamaRuntime.Library library;
    private final Path path;
    private final ModelSettings settings;
    private final LoadProgress progress;
    private final BufferSizes buffers = new BufferSizes();
    private final int outputsMax;
    private final long startNanos = System.nanoTime();

    ModelOpener(LlamaRuntime.Library library, Path path, ModelSettings settings, LoadProgress progress) {
        this.library = library;
        this.path = path;
        this.settings = settings;
        this.progress = progress;
        this.outputsMax = Math.max(OUTPUTS_MIN, settings.sequencesMax());
    }

    OpenModel open() {
        requireGguf(path);
        long hostBytes = HostMemory.availableBytes();
        long gpuBytes = library.gpuFreeBytes();
        int gpuLayers = gpuBytes > 0 ? planGpuLayers(hostBytes, gpuBytes) : 0;
        NativeHandle model = load(gpuLayers, false);
        try {
            return openContext(model, hostBytes, gpuBytes, gpuLayers);
        } catch (Throwable t) {
            model.close();
            throw t;
        }
    }

    private static void requireGguf(Path path) {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new EngineException.Unloadable(path + " is not a readable file", null);
        }
        try (InputStream in = Files.newInputStream(path)) {
            String magic = new String(in.readNBytes(MAGIC.length()), StandardCharsets.ISO_8859_1);
            if (!magic.equals(MAGIC)) {
                throw new EngineException.Unloadable(path + " is not a GGUF file; it does not begin with GGUF", null);
            }
        } catch (IOException e) {
            throw new EngineException.Unloadable("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** Reads the header without the weights, to know what fits on the GPU. */
    private int planGpuLayers(long hostBytes, long gpuBytes) {
        try (NativeHandle header = load(0, true)) {
            MemorySegment pointer = header.acquire();
            try {
                ModelShape shape = ModelShape.of(library.models(), pointer, 0);
                return MemoryPlan.of(shape, settings, outputsMax, hostBytes, gpuBytes)
                        .gpuLayers();
            } finally {
                header.release();
            }
        }
    }

    private NativeHandle load(int gpuLayers, boolean headerOnly) {
        ProgressUpcall upcall = new ProgressUpcall(headerOnly ? LoadProgress.NONE : progress);
        // Shared, since the library does not promise to call back on this thread only.
        try (Arena arena = Arena.ofShared()) {
            MemorySegment params = library.modelDefaults(arena);
            params.set(JAVA_INT, Layouts.offset(Layouts.MODEL_PARAMS, "n_gpu_layers"), gpuLayers);
            if (!settings.useMmap()) {
                params.set(JAVA_INT, Layouts.offset(Layouts.MODEL_PARAMS, "load_mode"), 0);
            }
            params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.MODEL_PARAMS, "no_alloc"), headerOnly);
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

    private OpenModel openContext(NativeHandle model, long hostBytes, long gpuBytes, int gpuLayers) {
        LlamaVocab vocab = new LlamaVocab(library.models(), model);
        ModelShape shape = shape(model, vocab);
        MemoryPlan plan = MemoryPlan.of(shape, withGpuLayers(gpuLayers), outputsMax, hostBytes, gpuBytes);
        int contextTokens = plan.fit().contextTokens();
        plan.fit()
                .reason()
                .ifPresent(reason -> LOGGER.log(
                        Level.WARNING,
                        "context of " + path.getFileName() + " reduced from " + settings.contextTokens() + " to "
                                + plan.fit().contextTokens() + " tokens: " + reason));
        int threads = settings.threads() > 0 ? settings.threads() : HostMemory.cores();
        AbortFlag abort = new AbortFlag();
        NativeHandle context = null;
        while (context == null) {
            context = newContext(model, shape, contextTokens, threads, abort);
            if (context == null) {
                contextTokens = nextSmaller(contextTokens);
            }
        }
        LlamaDecoder decoder = new LlamaDecoder(library.contexts(), context, abort, outputsMax, vocab.vocabularySize());
        try {
            warmUp(decoder);
        } catch (Throwable t) {
            decoder.close();
            throw t;
        }
        EngineInfo info = new EngineInfo(
                "llama.cpp v" + library.version() + " (" + (buffers.gpuBytes() > 0 ? "CUDA" : "CPU") + ")",
                contextTokens,
                settings.parallel(),
                buffers.totalBytes(),
                buffers.gpuBytes());
        log(shape, info, threads);
        return new OpenModel(library.models(), model, vocab, decoder, info, shape.trainingContext());
    }

    private ModelSettings withGpuLayers(int gpuLayers) {
        return new ModelSettings(
                settings.contextTokens(),
                settings.parallel(),
                settings.sequencesMax(),
                gpuLayers,
                settings.kvType(),
                settings.threads(),
                settings.batchTokensMax(),
                settings.useMmap());
    }

    private ModelShape shape(NativeHandle model, LlamaVocab vocab) {
        MemorySegment pointer = model.acquire();
        try {
            if (vocab.vocabularySize() == 0) {
                throw new EngineException.Unloadable(path + " has no vocabulary", null);
            }
            if (library.models().hasEncoder(pointer) || !library.models().hasDecoder(pointer)) {
                throw new EngineException.Unloadable(
                        path + " has an encoder, which Llamero does not run; use a decoder-only model", null);
            }
            return ModelShape.of(library.models(), pointer, vocab.vocabularySize());
        } finally {
            model.release();
        }
    }

    private int nextSmaller(int contextTokens) {
        int smaller = ContextFit.smaller(contextTokens);
        String reason = buffers.firstError().isEmpty() ? "llama.cpp gives no reason" : buffers.firstError();
        if (smaller == 0) {
            throw new EngineException.Unloadable("cannot make a context for " + path + ": " + reason, null);
        }
        LOGGER.log(
                Level.WARNING,
                "context of " + path.getFileName() + " reduced from " + contextTokens + " to " + smaller + " tokens: "
                        + reason);
        buffers.forgetErrors();
        return smaller;
    }

    /** A context with its thread pool, or null if the library could not make one of this size. */
    private NativeHandle newContext(
            NativeHandle model, ModelShape shape, int contextTokens, int threads, AbortFlag abort) {
        NativeHandle pool = ThreadPool.start(library.ggml(), threads);
        MemorySegment modelPointer = model.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = contextParams(arena, shape, contextTokens, threads, abort);
            MemorySegment context =
                    NativeLog.observing(buffers, () -> library.contexts().init(modelPointer, params));
            if (context.address() == 0) {
                pool.close();
                return null;
            }
            NativeHandle handle = new NativeHandle("the context of " + path.getFileName(), context, pointer -> {
                library.contexts().free(pointer);
                pool.close();
            });
            requireMemory(handle, context);
            attach(pool, context);
            return handle;
        } catch (Throwable t) {
            pool.close();
            throw t;
        } finally {
            model.release();
        }
    }

    private void requireMemory(NativeHandle handle, MemorySegment context) {
        if (library.contexts().memory(context).address() == 0) {
            handle.close();
            throw new EngineException.Unloadable(
                    path + " has no KV cache: it is a model for embeddings and cannot generate text", null);
        }
    }

    private void attach(NativeHandle pool, MemorySegment context) {
        MemorySegment pointer = pool.acquire();
        try {
            library.contexts().attachThreadpool(context, pointer);
        } finally {
            pool.release();
        }
    }

    private MemorySegment contextParams(
            Arena arena, ModelShape shape, int contextTokens, int threads, AbortFlag abort) {
        MemorySegment params = library.contextDefaults(arena);
        int batch = settings.batchTokensMax();
        // A recurrent model keeps a whole state per sequence id, so it gets no more ids than run at once.
        int sequences = shape.stateful() ? settings.parallel() : settings.sequencesMax();
        put(params, "n_ctx", contextTokens * settings.parallel());
        put(params, "n_batch", batch);
        put(params, "n_ubatch", batch);
        put(params, "n_seq_max", sequences);
        put(params, "n_outputs_max", outputsMax);
        put(params, "n_threads", threads);
        put(params, "n_threads_batch", threads);
        put(params, "type_k", settings.kvType().ggmlType);
        put(params, "type_v", settings.kvType().ggmlType);
        params.set(JAVA_BOOLEAN, Layouts.offset(Layouts.CONTEXT_PARAMS, "kv_unified"), true);
        params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback"), AbortFlag.function());
        params.set(ADDRESS, Layouts.offset(Layouts.CONTEXT_PARAMS, "abort_callback_data"), abort.argument());
        return params;
    }

    private static void put(MemorySegment params, String field, int value) {
        params.set(JAVA_INT, Layouts.offset(Layouts.CONTEXT_PARAMS, field), value);
    }

    /** One step, so that weights are read and buffers touched before the first question. */
    private static void warmUp(LlamaDecoder decoder) {
        Batch batch = new Batch(1);
        batch.add(0, 0, 0, true);
        if (decoder.decode(batch) != Decoder.Outcome.DONE || !decoder.remove(0, 0, -1)) {
            throw new EngineException.Failed("the first step of a new context did not end well", null);
        }
    }

    private void log(ModelShape shape, EngineInfo info, int threads) {
        LOGGER.log(
                Level.INFO,
                () -> String.format(
                        Locale.ROOT,
                        "opened %s (%s): context %d x %d, KV %s, %d threads, %.1f MiB of which %.1f MiB on GPU, in %d"
                                + " ms",
                        path.getFileName(),
                        shape,
                        info.contextTokens(),
                        info.parallel(),
                        settings.kvType(),
                        threads,
                        info.bytesTotal() / (double) (1 << 20),
                        info.bytesOnGpu() / (double) (1 << 20),
                        (System.nanoTime() - startNanos) / 1_000_000));
    }
}
