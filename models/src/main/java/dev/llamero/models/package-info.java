/**
 * GGUF model files without the native library: a bounds-checked reader of the header, a writer, a toy model for tests,
 * and the memory a model needs.
 *
 * <p>The format is described at <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">gguf.md</a>;
 * limits and types follow llama.cpp v0.5.0.
 */
package dev.llamero.models;
