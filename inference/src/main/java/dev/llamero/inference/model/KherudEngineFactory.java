package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.kherud.KherudEngine;
import dev.llamero.inference.kherud.KherudSettings;

/**
 * Runs models with {@code de.kherud:llama}, for comparison. Immutable.
 *
 * @param parallel conversations at once
 * @param queueMax requests that may wait for one of these places
 */
public record KherudEngineFactory(int parallel, int queueMax) implements EngineFactory {
    @Override
    public LoadedEngine load(LocalModel model, LoadOptions options, Progress progress) {
        if (!model.text().adapters().isEmpty()) {
            throw new EngineException.Unloadable(
                    model.name().display() + " has an adapter, which the engine de.kherud:llama does not run;"
                            + " use --engine llama",
                    null);
        }
        int cores = Runtime.getRuntime().availableProcessors();
        var engine = new KherudEngine(new KherudSettings(
                model.weights(),
                options.contextTokens(),
                parallel,
                queueMax,
                options.threads() == 0 ? cores : options.threads(),
                Math.max(options.gpuLayers(), 0),
                model.header().vocabularySize(),
                model.header().architecture()));
        return new LoadedEngine(engine, gbnf -> {
            throw new EngineException.Failed("the engine de.kherud:llama does not constrain answers", null);
        });
    }
}
