/**
 * Continuous batching of generations over one model: queue, slots, batches, sampling, detokenizing.
 *
 * <p>This package knows neither HTTP nor the native library. It reaches the model through {@link
 * dev.llamero.inference.engine.Decoder} and {@link dev.llamero.inference.engine.Tokenizer}, and is reached through
 * {@link
 * dev.llamero.inference.engine.Engine}.
 */
package dev.llamero.inference.engine;
