package dev.llamero.inference.model;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.TokenConstraint;
import java.util.function.Function;

/**
 * A running engine and what comes with it.
 *
 * @param engine owned by whoever asked for the load
 * @param grammar makes a constraint from a grammar in llama.cpp's GBNF, on the engine's thread
 */
public record LoadedEngine(Engine engine, Function<String, TokenConstraint> grammar) {}
