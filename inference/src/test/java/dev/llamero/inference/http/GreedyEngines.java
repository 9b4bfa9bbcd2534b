package dev.llamero.inference.http;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.model.EngineFactory;
import dev.llamero.inference.model.LoadOptions;
import dev.llamero.inference.model.LoadedEngine;
import dev.llamero.inference.model.LocalModel;

/** Real engines that always take the likeliest token: commands cannot ask for that, and their answers are compared. */
record GreedyEngines(EngineFactory engines) implements EngineFactory {
    @Override
    public LoadedEngine load(LocalModel model, LoadOptions options, Progress progress) {
        LoadedEngine loaded = engines.load(model, options, progress);
        return loaded.runner() instanceof Engine engine
                ? new LoadedEngine(new Greedy(engine), loaded.grammar())
                : loaded;
    }

    private record Greedy(Engine engine) implements Engine {
        @Override
        public Generation submit(GenerationRequest request) {
            return engine.submit(new GenerationRequest(
                    request.requestId(),
                    request.promptText(),
                    request.promptTokens(),
                    SamplingSettings.GREEDY,
                    request.stops(),
                    request.tokensMax(),
                    request.keepTokens(),
                    request.shift(),
                    request.topLogprobs(),
                    request.constraint(),
                    request.cacheSalt(),
                    request.shownTokens()));
        }

        @Override
        public Load load() {
            return engine.load();
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
        public void close() {
            engine.close();
        }
    }
}
