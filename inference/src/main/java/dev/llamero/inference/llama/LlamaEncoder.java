package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.VectorEncoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A context of llama.cpp in embedding mode: each input is a sequence of its own in one step, and is forgotten after it.
 *
 * <p>The engine's thread makes every call but {@link #close}, which any thread may make and which waits for a running
 * step. Owns the context, its thread pool and its batch. Every argument is checked here, since llama.cpp ends the
 * process on some wrong ones.
 */
final class LlamaEncoder implements VectorEncoder {
    private final LlamaRuntime.Library library;
    private final NativeHandle context;
    private final NativeBatch nativeBatch;
    private final Batch batch;
    private final int inputsMax;
    private final int vocabularySize;
    private final int dimensions;

    /**
     * Takes over an open context.
     *
     * @param dimensions floats of one vector
     */
    LlamaEncoder(LlamaRuntime.Library library, NativeHandle context, int vocabularySize, int dimensions) {
        this.library = library;
        this.context = context;
        this.vocabularySize = vocabularySize;
        this.dimensions = dimensions;
        MemorySegment pointer = context.acquire();
        try {
            // A model without a cache sees all its tokens at once, so a step must fit into one ubatch.
            int rows = Math.min(
                    library.contexts().contextTokens(pointer),
                    library.contexts().ubatchTokens(pointer));
            batch = new Batch(rows);
            inputsMax = library.contexts().sequencesMax(pointer);
        } finally {
            context.release();
        }
        nativeBatch = new NativeBatch(Arena.ofAuto(), batch.capacity());
    }

    @Override
    public List<float[]> encode(List<int[]> inputs) {
        fill(inputs);
        MemorySegment pointer = context.acquire();
        try {
            int code = library.contexts().decode(pointer, nativeBatch.fill(batch));
            if (code != 0) {
                throw new EngineException.Failed(
                        "llama_decode gave " + code + " for " + batch.size() + " tokens to embed", null);
            }
            var vectors = new ArrayList<float[]>(inputs.size());
            for (int sequence = 0; sequence < inputs.size(); sequence++) {
                vectors.add(vector(pointer, sequence));
            }
            return vectors;
        } finally {
            forget(pointer);
            context.release();
        }
    }

    private void fill(List<int[]> inputs) {
        if (inputs.isEmpty() || inputs.size() > inputsMax) {
            throw new IllegalArgumentException("a step of " + inputs.size() + " inputs, not 1.." + inputsMax);
        }
        batch.clear();
        for (int sequence = 0; sequence < inputs.size(); sequence++) {
            int[] tokens = inputs.get(sequence);
            if (tokens.length == 0 || tokens.length > batch.capacity() - batch.size()) {
                throw new IllegalArgumentException("input " + sequence + " has " + tokens.length + " tokens, not 1.."
                        + (batch.capacity() - batch.size()));
            }
            for (int position = 0; position < tokens.length; position++) {
                if (tokens[position] < 0 || tokens[position] >= vocabularySize) {
                    throw new IllegalArgumentException("input " + sequence + ": token " + tokens[position]
                            + " is not in the vocabulary of " + vocabularySize);
                }
                batch.add(tokens[position], position, sequence, true);
            }
        }
    }

    private float[] vector(MemorySegment pointer, int sequence) {
        MemorySegment vector = library.embeddings().vector(pointer, sequence);
        if (vector.address() == 0) {
            throw new EngineException.Failed("llama_get_embeddings_seq has none for input " + sequence, null);
        }
        return Native.floats(vector, dimensions).toArray(JAVA_FLOAT);
    }

    /** Embedding models that are made of a generator have a cache, which the next step wants empty. */
    private void forget(MemorySegment pointer) {
        MemorySegment memory = library.contexts().memory(pointer);
        if (memory.address() != 0) {
            library.embeddings().clear(memory);
        }
    }

    @Override
    public int inputsMax() {
        return inputsMax;
    }

    @Override
    public int tokensMax() {
        return batch.capacity();
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public void close() {
        context.close();
    }
}
