package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.DoubleConsumer;

/**
 * llama.cpp, loaded into this process: finds its libraries, checks that they are the version that Llamero is written
 * for, and opens models. The only way into this package.
 *
 * <p>Any thread may use it. There is one per process, since the libraries keep global state; they stay loaded until the
 * process ends.
 */
public final class LlamaRuntime {
    private static final System.Logger LOGGER = System.getLogger(LlamaRuntime.class.getName());

    private static LlamaRuntime loaded;

    private final NativeLibraries files;
    private final Library library;
    private final String processor;

    /** The loaded library's functions, and the defaults that {@link LayoutCheck} approved. */
    record Library(
            String version,
            GgmlApi ggml,
            ModelApi models,
            ContextApi contexts,
            EmbeddingApi embeddings,
            QuantizeApi rewriting,
            AdapterApi adapters) {
        MemorySegment modelDefaults(Arena arena) {
            return LayoutCheck.modelDefaults(arena, models::modelDefaultParams);
        }

        MemorySegment contextDefaults(Arena arena) {
            return LayoutCheck.contextDefaults(arena, contexts::contextDefaultParams);
        }

        /** Free memory of all GPUs in bytes; 0 if there are none. */
        long gpuFreeBytes() {
            return ggml.devices().stream()
                    .filter(GgmlApi.Device::gpu)
                    .mapToLong(GgmlApi.Device::freeBytes)
                    .sum();
        }

        /** Free memory of the GPU that has least, in bytes; what the machine has left without one. */
        long leastFreeBytes() {
            return ggml.devices().stream()
                    .filter(GgmlApi.Device::gpu)
                    .mapToLong(GgmlApi.Device::freeBytes)
                    .min()
                    .orElseGet(HostMemory::availableBytes);
        }
    }

    private LlamaRuntime(NativeLibraries files, Library library, String processor) {
        this.files = files;
        this.library = library;
        this.processor = processor;
    }

    /**
     * Loads the native libraries, or gives the runtime that is loaded. Call it on a platform thread.
     *
     * @throws EngineException.Unloadable one sentence that names the file, the version and the remedy
     */
    public static synchronized LlamaRuntime load(NativeSettings settings) {
        NativeLibraries files = NativeLibraries.find(settings);
        if (loaded == null) {
            loaded = start(files);
        } else if (!loaded.files.directory().equals(files.directory())) {
            throw new EngineException.Unloadable(
                    "llama.cpp is already loaded from " + loaded.files.directory() + ", so it cannot be loaded from "
                            + files.directory() + "; restart to change it",
                    null);
        }
        return loaded;
    }

    private static LlamaRuntime start(NativeLibraries files) {
        SymbolLookup base = openLibrary(files.base()).symbols();
        SymbolLookup ggml = openLibrary(files.ggml()).symbols();
        SymbolLookup llama = openLibrary(files.llama()).symbols();
        ModelApi models = new ModelApi(llama);
        String version = models.version();
        requireVersion(version, files.llama());
        Library library = new Library(
                version,
                new GgmlApi(base, ggml),
                models,
                new ContextApi(llama),
                new EmbeddingApi(llama),
                new QuantizeApi(llama),
                new AdapterApi(llama));
        try (Arena arena = Arena.ofConfined()) {
            library.modelDefaults(arena);
            library.contextDefaults(arena);
            LayoutCheck.quantizeDefaults(arena, library.rewriting()::defaultParams);
        }
        models.logSet(NativeLog.upcall());
        String processor = new Backends(library.ggml()).load(files);
        models.backendInit();
        library.ggml().findThreadpool();
        LlamaRuntime runtime = new LlamaRuntime(files, library, processor);
        LOGGER.log(Level.INFO, runtime.description());
        return runtime;
    }

    /** Opens a library that must be there, or says in one sentence why it cannot be. */
    static DynamicLibrary openLibrary(Path path) {
        try {
            return DynamicLibrary.open(path);
        } catch (LlamaException e) {
            String sentence = SharedObject.fault(path, System.getProperty("os.arch"))
                    .orElseGet(() -> MissingLibrary.explain(path, e.getMessage()));
            throw new EngineException.Unloadable(sentence, e);
        }
    }

    /** Throws unless a library that calls itself this is the one that the layouts are written for. */
    static void requireVersion(String version, Path file) {
        if (!version.equals(NativeLibraries.VERSION) && !version.startsWith(NativeLibraries.VERSION + "-")) {
            throw new EngineException.Unloadable(
                    file + " is llama.cpp v" + version + ", and Llamero needs v" + NativeLibraries.VERSION
                            + "; correct or unset " + NativeSettings.DIRECTORY_VARIABLE,
                    null);
        }
    }

    /** The functions, for tests of this package. */
    Library library() {
        return library;
    }

    /** Version of llama.cpp, such as {@code 0.5.0}. */
    public String version() {
        return library.version();
    }

    /** Version, folder, and what computes: the CPU's library and the GPUs. */
    String description() {
        return "llama.cpp v" + version() + " from " + files.directory() + ": " + processor;
    }

    /** Whether models can use a GPU. */
    public boolean hasGpu() {
        return library.ggml().devices().stream().anyMatch(GgmlApi.Device::gpu);
    }

    /** Free memory of all GPUs in bytes; 0 if there are none. */
    public long gpuBytesAvailable() {
        return library.gpuFreeBytes();
    }

    /** Main memory in bytes that this process can still take; {@link Long#MAX_VALUE} if the system does not tell. */
    public long hostBytesAvailable() {
        return HostMemory.availableBytes();
    }

    /**
     * Whether a model would get its whole context, and all layers on the GPU where there is one, with a fifth of the
     * memory that is free now left over; true for a file that cannot be read. Reads the file's header.
     *
     * @param besideBytes of that memory, what another model takes that is opened with it
     */
    public boolean fits(Path gguf, ModelSettings settings, long besideBytes) {
        return new ModelPlanner(library, gguf, settings).fits(besideBytes);
    }

    /** Memory for a model and all its conversations, an estimate from its header; 0 for a file that cannot be read. */
    public long bytesWanted(Path gguf, ModelSettings settings) {
        return new ModelPlanner(library, gguf, settings).bytesWanted();
    }

    /**
     * Opens a model and makes its context. Takes from milliseconds to minutes; call it on a platform thread.
     *
     * @param gguf the model's file, the first one if it is split
     * @throws EngineException.Unloadable if the file is no model that can be run here
     * @throws java.util.concurrent.CancellationException if {@code progress} gave up
     */
    public OpenModel open(Path gguf, ModelSettings settings, LoadProgress progress) {
        return open(gguf, List.of(), settings, progress);
    }

    /**
     * The same for a model with LoRA adapters, which change every answer.
     *
     * @param adapters GGUF files, applied at full strength
     */
    public OpenModel open(Path gguf, List<Path> adapters, ModelSettings settings, LoadProgress progress) {
        Objects.requireNonNull(gguf, "gguf is null");
        Objects.requireNonNull(adapters, "adapters is null");
        Objects.requireNonNull(settings, "settings is null");
        Objects.requireNonNull(progress, "progress is null");
        return new ModelOpener(library, gguf, settings, progress).open(new Adapters(library.adapters(), adapters));
    }

    /**
     * Opens a model that makes vectors. Takes from milliseconds to minutes; call it on a platform thread.
     *
     * @param settings its context is that of one input, its sequences are the inputs of one step
     * @throws EngineException.Unloadable if the file is no model that can be run here
     * @throws java.util.concurrent.CancellationException if {@code progress} gave up
     */
    public OpenEmbedder openEmbedder(Path gguf, ModelSettings settings, LoadProgress progress) {
        Objects.requireNonNull(gguf, "gguf is null");
        Objects.requireNonNull(settings, "settings is null");
        Objects.requireNonNull(progress, "progress is null");
        return new ModelOpener(library, gguf, settings, progress).openEmbedder();
    }

    /**
     * Copies a model file, which checks it, joins a split one, and can store the weights as another type. Takes from
     * milliseconds to minutes; call it on a platform thread.
     *
     * @param fileType {@code llama_ftype} of the weights; empty to leave them
     * @param progress is told the fraction done; must not throw
     * @throws IOException if the library refuses the model, with its reason
     */
    public void rewrite(Path source, Path target, OptionalInt fileType, DoubleConsumer progress) throws IOException {
        Objects.requireNonNull(source, "source is null");
        Objects.requireNonNull(target, "target is null");
        new ModelRewrite(library.rewriting(), progress).run(source, target, fileType);
    }
}
