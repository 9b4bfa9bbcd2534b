/**
 * The binding to llama.cpp through the foreign function interface: finds and loads the native libraries, checks their
 * version and struct layouts, opens models, and implements the engine's {@link dev.llamero.inference.engine.Decoder},
 * {@link dev.llamero.inference.engine.Tokenizer} and {@link dev.llamero.inference.engine.TokenConstraint}.
 *
 * <p>No other package touches native memory. {@link dev.llamero.inference.llama.LlamaRuntime} is the way in.
 */
package dev.llamero.inference.llama;
