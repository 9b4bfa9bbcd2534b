package dev.llamero.inference;

import dev.llamero.inference.api.GoDuration;
import dev.llamero.inference.disk.DiskCache;
import dev.llamero.inference.http.ApiServer;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.KherudEngineFactory;
import dev.llamero.inference.model.LlamaEngineFactory;
import dev.llamero.inference.model.LoadDefaults;
import dev.llamero.inference.model.LoadedModels;
import dev.llamero.inference.model.StepOptions;
import dev.llamero.models.KvType;
import dev.llamero.settings.Setting;
import dev.llamero.settings.SettingsException;
import dev.llamero.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the model server is told, read once at start: flags, then environment, then {@code llamero.yaml}, then Ollama's
 * {@code config.json}, then defaults. Immutable.
 *
 * @param listener address, port and allowed web origins
 * @param modelPaths GGUF files, or folders of them
 * @param preload whether the one file that is served is loaded at the start
 * @param ollamaStore root of an Ollama store; empty if only named files are served
 * @param noprune whether blobs that no model needs stay
 * @param goTemplates whether Go templates of the store make prompts; empty for whichever template offers more
 * @param loading how models are loaded
 * @param kvCacheType {@code f16}, {@code q8_0} or {@code q4_0}
 * @param cacheGpuBytes memory of the GPU for paused conversations, per model; empty for a share of what is free
 * @param cacheRamBytes main memory for paused conversations, per model; empty for a share of what is free
 * @param disk files of paused conversations
 * @param steps how engines fill their steps
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
        boolean preload,
        Optional<Path> ollamaStore,
        boolean noprune,
        Optional<Boolean> goTemplates,
        LoadDefaults loading,
        String kvCacheType,
        OptionalLong cacheGpuBytes,
        OptionalLong cacheRamBytes,
        DiskCache disk,
        StepOptions steps,
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
        var reader = new SettingsReader("inference", SettingKeys.ALL, arguments, environment, yaml);
        var config = OllamaConfig.read(ollamaConfig);
        int maxLoaded = integer(reader, SettingKeys.MAX_LOADED, 0, 64);
        int queue = integer(reader, SettingKeys.MAX_QUEUE, 1, 100_000);
        Optional<Path> only = reader.path(SettingKeys.MODEL);
        return new Settings(
                listener(reader),
                List.of(only.orElseGet(() -> reader.path(SettingKeys.MODELS).orElseThrow())),
                only.filter(Files::isRegularFile).isPresent() && reader.enabled(SettingKeys.PRELOAD),
                only.isPresent() ? Optional.empty() : reader.path(SettingKeys.OLLAMA_MODELS),
                reader.enabled(SettingKeys.NOPRUNE),
                reader.text(SettingKeys.GO_TEMPLATE).isEmpty()
                        ? Optional.empty()
                        : Optional.of(reader.enabled(SettingKeys.GO_TEMPLATE)),
                new LoadDefaults(
                        orConfig(reader, SettingKeys.NUM_CTX, 8, CONTEXT_MAX, config.contextTokens()),
                        orConfig(reader, SettingKeys.NUM_GPU, -1, 10_000, config.gpuLayers()),
                        integer(reader, SettingKeys.NUM_THREAD, 0, 512),
                        integer(reader, SettingKeys.NUM_BATCH, 1, 8_192)),
                oneOf(reader, SettingKeys.KV_CACHE_TYPE, List.of("f16", "q8_0", "q4_0")),
                bytes(reader, SettingKeys.CACHE_GPU),
                bytes(reader, SettingKeys.CACHE_RAM),
                new DiskCache(
                        reader.path(SettingKeys.CACHE_DIRECTORY).orElseThrow(), bytes(reader, SettingKeys.CACHE_DISK)),
                steps(reader),
                integer(reader, SettingKeys.NUM_PARALLEL, 1, 256),
                new LoadedModels.Limits(maxLoaded == 0 ? 3 : maxLoaded, queue, keepAlive(reader), loadTimeout(reader)),
                EngineKind.valueOf(oneOf(reader, SettingKeys.ENGINE, List.of("llama", "kherud"))
                        .toUpperCase(Locale.ROOT)),
                oneOf(reader, SettingKeys.LIBRARY, List.of("auto", "cpu", "cuda")),
                reader.path(SettingKeys.LIBRARY_DIRECTORY),
                logLevel(reader));
    }

    private static OptionalLong bytes(SettingsReader reader, Setting setting) {
        return reader.bytes(setting).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static ApiServer.Settings listener(SettingsReader reader) {
        HostAddress address = HostAddress.parse(reader.required(SettingKeys.HOST));
        int port =
                reader.integer(SettingKeys.PORT, 0, 65_535).map(Long::intValue).orElse(address.port());
        Duration stall = reader.duration(SettingKeys.WRITE_STALL).orElseThrow();
        if (stall.isNegative() || stall.isZero()) {
            throw new SettingsException("setting write-stall must be longer than 0");
        }
        return new ApiServer.Settings(address.host(), port, reader.list(SettingKeys.ORIGINS), stall);
    }

    private static StepOptions steps(SettingsReader reader) {
        Optional<Duration> target = reader.text(SettingKeys.TARGET_ITL).isEmpty()
                ? Optional.empty()
                : reader.duration(SettingKeys.TARGET_ITL);
        if (target.isPresent() && (target.get().isNegative() || target.get().isZero())) {
            throw new SettingsException("setting target-itl must be longer than 0");
        }
        return new StepOptions(
                target, integer(reader, SettingKeys.DRAFT_TOKENS, 0, 63), reader.path(SettingKeys.DRAFT_MODEL));
    }

    /** The engine that these settings choose. */
    EngineFactory engines() {
        int queue = residents.queueMax();
        return switch (engine) {
            case LLAMA ->
                new LlamaEngineFactory(
                        natives(),
                        KvType.valueOf(kvCacheType.toUpperCase(Locale.ROOT)),
                        parallel,
                        queue,
                        cacheGpuBytes,
                        cacheRamBytes,
                        disk,
                        steps);
            case KHERUD -> new KherudEngineFactory(parallel, queue);
        };
    }

    /** Where the native libraries are. */
    NativeSettings natives() {
        Optional<Path> folder = Optional.ofNullable(System.getProperty(NativeSettings.FOLDER_PROPERTY))
                .filter(text -> !text.isBlank())
                .map(Path::of);
        return new NativeSettings(
                libraryDirectory, folder, NativeSettings.Variant.valueOf(libraryVariant.toUpperCase(Locale.ROOT)));
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

    /** Ollama's variable for more to be told, unless our own setting says. */
    private static String logLevel(SettingsReader reader) {
        String debug = reader.environment("OLLAMA_DEBUG").orElse("").strip();
        boolean said = !debug.isEmpty() && !debug.matches("0|f|F|false|FALSE|False");
        return reader.isGiven(SettingKeys.LOG_LEVEL) || !said
                ? reader.required(SettingKeys.LOG_LEVEL)
                : debug.equals("2") ? "trace" : "debug";
    }

    private static Duration loadTimeout(SettingsReader reader) {
        Duration given = reader.duration(SettingKeys.LOAD_TIMEOUT).orElseThrow();
        return given.isNegative() || given.isZero() ? GoDuration.FOREVER : given;
    }

    private static Duration keepAlive(SettingsReader reader) {
        Duration given = reader.duration(SettingKeys.KEEP_ALIVE).orElseThrow();
        return given.isNegative() ? GoDuration.FOREVER : given;
    }
}
