package dev.llamero.inference;

import dev.llamero.inference.api.GoDuration;
import dev.llamero.inference.http.ApiServer;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.KherudEngineFactory;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.models.KvType;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the model server is told, read once at start: flags, then environment, then {@code llamero.yaml}, then Ollama's
 * {@code config.json}, then defaults. Immutable.
 *
 * @param listener address, port and allowed web origins
 * @param modelPaths GGUF files, or folders of them
 * @param ollamaStore root of an Ollama store; empty if only named files are served
 * @param loading how models are loaded
 * @param kvCacheType {@code f16} or {@code q8_0}
 * @param parallel conversations at once per model
 * @param residents which models stay in memory, and for how long
 * @param engine which engine runs the models
 * @param libraryVariant {@code auto}, {@code cpu} or {@code cuda}
 * @param libraryDirectory folder of llama.cpp's own libraries; empty for those that were fetched
 * @param logLevel {@code error} to {@code trace}
 */
record Settings(
        ApiServer.Settings listener,
        List<Path> modelPaths,
        Optional<Path> ollamaStore,
        LoadDefaults loading,
        String kvCacheType,
        int parallel,
        LoadedModels.Limits residents,
        EngineKind engine,
        String libraryVariant,
        Optional<Path> libraryDirectory,
        String logLevel) {

    /** Which library runs the models. */
    enum EngineKind {
        /** llama.cpp through the foreign function interface. */
        LLAMA,
        /** The {@code de.kherud:llama} binding. */
        KHERUD
    }

    static final Setting HOST = new Setting(
            "host",
            List.of("OLLAMA_HOST"),
            "127.0.0.1:11434",
            "Address to listen on, as [http://]host[:port]. Beyond loopback anyone who reaches it can use the models.");
    static final Setting PORT =
            new Setting("port", List.of(), "", "Port to listen on; 0 for any free one. Overrides the port in host.");
    static final Setting MODEL = new Setting(
            "model", List.of("LLAMERO_MODEL"), "", "One GGUF file, or a folder of them; then nothing else is served.");
    static final Setting MODELS =
            new Setting("models", List.of("LLAMERO_MODELS"), "~/.llamero/models", "Folder of GGUF files.");
    static final Setting OLLAMA_MODELS = new Setting(
            "ollama-models",
            List.of("OLLAMA_MODELS"),
            "~/.ollama/models",
            "Root of an Ollama store, which is only read.");
    static final Setting NUM_CTX = new Setting(
            "num-ctx",
            List.of("OLLAMA_CONTEXT_LENGTH"),
            "32768",
            "Context of one conversation in tokens, at most what the model was trained for."
                    + " Costs memory: 256 KiB per token for Qwen3-32B in f16.");
    static final Setting NUM_GPU =
            new Setting("num-gpu", List.of(), "-1", "Layers on the GPU; -1 for as many as fit, 0 for the CPU alone.");
    static final Setting NUM_THREAD =
            new Setting("num-thread", List.of(), "0", "CPU threads per model; 0 for one per core.");
    static final Setting NUM_BATCH =
            new Setting("num-batch", List.of(), "512", "Tokens that one step computes. More needs more memory.");
    static final Setting KV_CACHE_TYPE = new Setting(
            "kv-cache-type",
            List.of("OLLAMA_KV_CACHE_TYPE"),
            "f16",
            "How the KV cache stores its values: f16, or q8_0 for about half the memory.");
    static final Setting NUM_PARALLEL = new Setting(
            "num-parallel",
            List.of("OLLAMA_NUM_PARALLEL"),
            "4",
            "Conversations that one model runs at once; more wait in its queue.");
    static final Setting MAX_QUEUE = new Setting(
            "max-queue", List.of("OLLAMA_MAX_QUEUE"), "512", "Requests that may wait, per queue; more get status 503.");
    static final Setting MAX_LOADED = new Setting(
            "max-loaded-models",
            List.of("OLLAMA_MAX_LOADED_MODELS"),
            "0",
            "Models in memory at once; 0 for three. A further one pushes out an idle one.");
    static final Setting KEEP_ALIVE = new Setting(
            "keep-alive",
            List.of("OLLAMA_KEEP_ALIVE"),
            "5m",
            "How long a model stays in memory after its last request; negative for ever.");
    static final Setting ORIGINS = new Setting(
            "origins",
            List.of("OLLAMA_ORIGINS"),
            "",
            "Web origins allowed beside localhost, comma between them; * lets any web page use the models.");
    static final Setting ENGINE = new Setting(
            "engine",
            List.of("LLAMERO_ENGINE"),
            "llama",
            "What runs the models: llama, or kherud for de.kherud:llama.");
    static final Setting LIBRARY =
            new Setting("library", List.of("LLAMERO_LIBRARY"), "auto", "Which build of llama.cpp: auto, cpu or cuda.");
    static final Setting LIBRARY_DIRECTORY = new Setting(
            "library-directory",
            List.of("LLAMERO_LIBLLAMA"),
            "",
            "Folder of llama.cpp libraries to take instead of the fetched ones.");
    static final Setting WRITE_STALL = new Setting(
            "write-stall",
            List.of(),
            "60s",
            "How long one write to a client may stand still before the client is cut off.");
    static final Setting LOG_LEVEL =
            new Setting("log-level", List.of("LLAMERO_LOG_LEVEL"), "info", "error, warn, info, debug or trace.");

    /** All settings, in the order of the usage text. */
    static final List<Setting> ALL = List.of(
            HOST,
            PORT,
            MODEL,
            MODELS,
            OLLAMA_MODELS,
            NUM_CTX,
            NUM_GPU,
            NUM_THREAD,
            NUM_BATCH,
            KV_CACHE_TYPE,
            NUM_PARALLEL,
            MAX_QUEUE,
            MAX_LOADED,
            KEEP_ALIVE,
            ORIGINS,
            ENGINE,
            LIBRARY,
            LIBRARY_DIRECTORY,
            WRITE_STALL,
            LOG_LEVEL);

    private static final int CONTEXT_MAX = 1 << 24;

    /**
     * Reads everything.
     *
     * @param arguments of the command line
     * @param yaml path of a {@code llamero.yaml}
     * @param ollamaConfig Ollama's {@code config.json}; its options {@code num_ctx} and {@code num_gpu} count if
     *     nothing else gives them
     * @throws SettingsException if something is unknown or out of range
     */
    static Settings read(List<String> arguments, Map<String, String> environment, Path yaml, Path ollamaConfig) {
        var reader = new SettingsReader("inference", ALL, arguments, environment, yaml);
        var config = OllamaConfig.read(ollamaConfig);
        int maxLoaded = integer(reader, MAX_LOADED, 0, 64);
        int queue = integer(reader, MAX_QUEUE, 1, 100_000);
        Optional<Path> only = reader.path(MODEL);
        return new Settings(
                listener(reader),
                List.of(only.orElseGet(() -> reader.path(MODELS).orElseThrow())),
                only.isPresent() ? Optional.empty() : reader.path(OLLAMA_MODELS),
                new LoadDefaults(
                        orConfig(reader, NUM_CTX, 8, CONTEXT_MAX, config.contextTokens()),
                        orConfig(reader, NUM_GPU, -1, 10_000, config.gpuLayers()),
                        integer(reader, NUM_THREAD, 0, 512),
                        integer(reader, NUM_BATCH, 1, 8_192)),
                oneOf(reader, KV_CACHE_TYPE, List.of("f16", "q8_0")),
                integer(reader, NUM_PARALLEL, 1, 256),
                new LoadedModels.Limits(maxLoaded == 0 ? 3 : maxLoaded, queue, keepAlive(reader)),
                EngineKind.valueOf(
                        oneOf(reader, ENGINE, List.of("llama", "kherud")).toUpperCase(Locale.ROOT)),
                oneOf(reader, LIBRARY, List.of("auto", "cpu", "cuda")),
                reader.path(LIBRARY_DIRECTORY),
                reader.required(LOG_LEVEL));
    }

    /** The engine that these settings choose. */
    EngineFactory engines() {
        int queue = residents.queueMax();
        return switch (engine) {
            case LLAMA ->
                new LlamaEngineFactory(
                        natives(), kvCacheType.equals("q8_0") ? KvType.Q8_0 : KvType.F16, parallel, queue);
            case KHERUD -> new KherudEngineFactory(parallel, queue);
        };
    }

    private NativeSettings natives() {
        Optional<Path> folder = Optional.ofNullable(System.getProperty(NativeSettings.FOLDER_PROPERTY))
                .filter(text -> !text.isBlank())
                .map(Path::of);
        return new NativeSettings(
                libraryDirectory, folder, NativeSettings.Variant.valueOf(libraryVariant.toUpperCase(Locale.ROOT)));
    }

    private static ApiServer.Settings listener(SettingsReader reader) {
        HostAddress address = HostAddress.parse(reader.required(HOST));
        int port = reader.integer(PORT, 0, 65_535).map(Long::intValue).orElse(address.port());
        Duration stall = reader.duration(WRITE_STALL).orElseThrow();
        if (stall.isNegative() || stall.isZero()) {
            throw new SettingsException("setting write-stall must be longer than 0");
        }
        return new ApiServer.Settings(address.host(), port, reader.list(ORIGINS), stall);
    }

    private static int integer(SettingsReader reader, Setting setting, long min, long max) {
        return reader.integer(setting, min, max).orElseThrow().intValue();
    }

    private static int orConfig(SettingsReader reader, Setting setting, int min, int max, Optional<Integer> config) {
        boolean fromConfig = !reader.isGiven(setting) && config.isPresent();
        return fromConfig ? Math.clamp(config.get(), min, max) : integer(reader, setting, min, max);
    }

    private static String oneOf(SettingsReader reader, Setting setting, List<String> allowed) {
        String value = reader.required(setting).toLowerCase(Locale.ROOT);
        if (!allowed.contains(value)) {
            throw new SettingsException("setting " + setting.key() + " must be one of " + String.join(", ", allowed)
                    + ", but is \"" + value + "\"");
        }
        return value;
    }

    private static Duration keepAlive(SettingsReader reader) {
        Duration given = reader.duration(KEEP_ALIVE).orElseThrow();
        return given.isNegative() ? GoDuration.FOREVER : given;
    }
}
