package dev.llamero.inference;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.kherud.KherudEngine;
import dev.llamero.inference.kherud.KherudSettings;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.LoadOptions;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.inference.model.LocalModel;
import dev.llamero.models.KvType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** The two ways to run a model, as the settings choose. Called on the loader's thread. */
final class EngineFactories {
    /** Conversations whose cells are kept beside the running ones, for the next turn. */
    private static final int KEPT_CONVERSATIONS = 12;

    private EngineFactories() {}

    static EngineFactory of(Settings settings) {
        return switch (settings.engine()) {
            case LLAMA -> (model, options, progress) -> llama(settings, model, options, progress);
            case KHERUD -> (model, options, progress) -> kherud(settings, model, options);
        };
    }

    private static LoadedEngine llama(
            Settings settings, LocalModel model, LoadOptions options, EngineFactory.Progress progress) {
        LlamaRuntime runtime = LlamaRuntime.load(natives(settings));
        OpenModel open = open(runtime, settings, model, options, progress);
        try {
            EngineInfo info = open.info();
            var limits = new EngineLimits(info.parallel(), settings.residents().queueMax(), info.contextTokens());
            var engine = new BatchingEngine(model.name().display(), open.decoder(), open.tokenizer(), info, limits);
            return new LoadedEngine(new OwningEngine(engine, open), open::grammar);
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private static NativeSettings natives(Settings settings) {
        return new NativeSettings(
                settings.libraryDirectory(),
                Optional.ofNullable(System.getProperty(NativeSettings.FOLDER_PROPERTY))
                        .filter(text -> !text.isBlank())
                        .map(Path::of),
                NativeSettings.Variant.valueOf(settings.libraryVariant().toUpperCase(Locale.ROOT)));
    }

    private static OpenModel open(
            LlamaRuntime runtime,
            Settings settings,
            LocalModel model,
            LoadOptions options,
            EngineFactory.Progress progress) {
        int parallel = settings.parallel();
        try {
            return runtime.open(
                    model.weights(),
                    new ModelSettings(
                            options.contextTokens(),
                            parallel,
                            Math.min(parallel + KEPT_CONVERSATIONS, ModelSettings.SEQUENCES_MAX),
                            options.gpuLayers(),
                            settings.kvCacheType().equals("q8_0") ? KvType.Q8_0 : KvType.F16,
                            options.threads(),
                            options.batchTokens(),
                            options.useMmap()),
                    progress::goesOn);
        } catch (CancellationException e) {
            throw new EngineException.Closed("loading " + model.name().display() + " was stopped");
        }
    }

    private static LoadedEngine kherud(Settings settings, LocalModel model, LoadOptions options) {
        int cores = Runtime.getRuntime().availableProcessors();
        var engine = new KherudEngine(new KherudSettings(
                model.weights(),
                options.contextTokens(),
                settings.parallel(),
                settings.residents().queueMax(),
                options.threads() == 0 ? cores : options.threads(),
                Math.max(options.gpuLayers(), 0),
                model.header().vocabularySize(),
                model.header().architecture()));
        return new LoadedEngine(engine, gbnf -> {
            throw new EngineException.Failed("the engine de.kherud:llama does not constrain answers", null);
        });
    }

    /**
     * An engine together with the model that it runs on, whose memory is freed once the engine's thread has ended.
     *
     * @param engine decodes
     * @param model owns the native memory
     */
    private record OwningEngine(Engine engine, OpenModel model) implements Engine {
        @Override
        public Generation submit(GenerationRequest request) {
            return engine.submit(request);
        }

        @Override
        public Tokenizer tokenizer() {
            return engine.tokenizer();
        }

        @Override
        public EngineInfo info() {
            return engine.info();
        }

        @Override
        public Load load() {
            return engine.load();
        }

        @Override
        public void close() {
            engine.close();
            model.close();
        }
    }
}
