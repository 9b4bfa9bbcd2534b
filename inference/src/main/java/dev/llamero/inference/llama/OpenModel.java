package dev.llamero.inference.llama;

import dev.llamero.inference.engine.Decoder;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.engine.Tokenizer;

/**
 * A model in memory with its context. Whoever opened it closes it, which also closes the decoder.
 *
 * <p>Any thread may call it. After closing, its parts throw {@link IllegalStateException}.
 */
public final class OpenModel implements AutoCloseable {
    private final ModelApi api;
    private final NativeHandle model;
    private final LlamaVocab vocab;
    private final LlamaDecoder decoder;
    private final EngineInfo info;
    private final int trainingContext;

    OpenModel(
            ModelApi api,
            NativeHandle model,
            LlamaVocab vocab,
            LlamaDecoder decoder,
            EngineInfo info,
            int trainingContext) {
        this.api = api;
        this.model = model;
        this.vocab = vocab;
        this.decoder = decoder;
        this.info = info;
        this.trainingContext = trainingContext;
    }

    /** The forward pass; for one engine's thread. */
    public Decoder decoder() {
        return decoder;
    }

    public Tokenizer tokenizer() {
        return vocab;
    }

    /** What it costs and allows, after any reduction for memory. */
    public EngineInfo info() {
        return info;
    }

    /** Tokens that the model was trained to look back on. */
    public int trainingContext() {
        return trainingContext;
    }

    /** Whether any part of it lies on a GPU. */
    public boolean hasGpu() {
        return info.bytesOnGpu() > 0;
    }

    /**
     * Compiles a GBNF grammar for one generation; its start is the rule {@code root}.
     *
     * @throws LlamaException if the text is not a grammar
     */
    public TokenConstraint grammar(String gbnf) {
        return GrammarConstraint.compile(api, model, vocab, gbnf);
    }

    /** Stops a running step, waits for calls in progress, and frees context and weights. Again: no effect. */
    @Override
    public void close() {
        decoder.close();
        model.close();
    }
}
