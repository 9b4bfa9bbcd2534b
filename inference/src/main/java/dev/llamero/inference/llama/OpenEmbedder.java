package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.engine.VectorEncoder;

/**
 * An embedding model in memory with its context. Whoever opened it closes it, which also closes the encoder.
 *
 * <p>Any thread may call it. After closing, its parts throw {@link IllegalStateException}.
 */
public final class OpenEmbedder implements AutoCloseable {
    private final NativeHandle model;
    private final LlamaVocab vocab;
    private final LlamaEncoder encoder;
    private final EngineInfo info;

    OpenEmbedder(NativeHandle model, LlamaVocab vocab, LlamaEncoder encoder, EngineInfo info) {
        this.model = model;
        this.vocab = vocab;
        this.encoder = encoder;
        this.info = info;
    }

    /** The forward pass; for one engine's thread. */
    public VectorEncoder encoder() {
        return encoder;
    }

    public Tokenizer tokenizer() {
        return vocab;
    }

    /** What it costs and allows, after any reduction for memory. */
    public EngineInfo info() {
        return info;
    }

    /** Waits for calls in progress, and frees context and weights. Again: no effect. */
    @Override
    public void close() {
        encoder.close();
        model.close();
    }
}
