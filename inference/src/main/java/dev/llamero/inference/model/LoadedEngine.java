package dev.llamero.inference.model;

import dev.llamero.inference.engine.Embedder;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.ModelRunner;
import dev.llamero.inference.engine.TokenConstraint;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A running model and what comes with it.
 *
 * @param runner an {@link Engine} or an {@link Embedder}; owned by whoever asked for the load
 * @param grammar makes a constraint from a grammar in llama.cpp's GBNF, on the engine's thread
 */
public record LoadedEngine(ModelRunner runner, Function<String, TokenConstraint> grammar) {
    /** What writes text. */
    public Engine engine() {
        if (runner instanceof Engine engine) {
            return engine;
        }
        throw new EngineException.Failed("this model makes embeddings and writes no text", null);
    }

    /** What makes vectors; empty for a model that writes text. */
    public Optional<Embedder> embedder() {
        return runner instanceof Embedder embedder ? Optional.of(embedder) : Optional.empty();
    }

    /** Requests that wait for a place in it. */
    public List<Engine.Waiting> waiting() {
        return runner instanceof Engine engine ? engine.waiting() : List.of();
    }
}
