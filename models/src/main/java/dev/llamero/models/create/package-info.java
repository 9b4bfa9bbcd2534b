/**
 * Making models (specification 17.4): from installed ones and from GGUF files whose blobs are in the store. Layers,
 * config and manifest come out as Ollama writes them, byte for byte.
 *
 * <p>What needs llama.cpp or the template language comes in through {@link GgufRewriter} and {@link TemplateCheck}.
 */
package dev.llamero.models.create;
