package dev.llamero.inference.llama;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * The numbers of a loaded model that decide about memory.
 *
 * @param architecture name in its metadata
 * @param weightsBytes all tensors
 * @param stateful whether it keeps a state per sequence besides or instead of a KV cache (recurrent, hybrid)
 */
record ModelShape(
        String architecture,
        int layers,
        int embedding,
        int kvHeads,
        int keyLength,
        int valueLength,
        int vocabulary,
        int trainingContext,
        long weightsBytes,
        boolean stateful) {
    /** Floats per token and embedding value that a step's buffers hold at once, measured on Qwen3 and rounded up. */
    private static final int ACTIVATIONS = 16;

    static ModelShape of(ModelApi api, MemorySegment model, int vocabulary) {
        String architecture = api.meta(model, "general.architecture");
        int headSize = api.embedding(model) / Math.max(1, api.heads(model));
        return new ModelShape(
                architecture == null ? "unknown" : architecture,
                api.layers(model),
                api.embedding(model),
                api.kvHeads(model),
                number(api.meta(model, architecture + ".attention.key_length"), headSize),
                number(api.meta(model, architecture + ".attention.value_length"), headSize),
                vocabulary,
                api.trainingContext(model),
                api.size(model),
                api.recurrent(model) || api.hybrid(model));
    }

    private static int number(String text, int otherwise) {
        return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
    }

    /** KV cache of one token in bytes. */
    long kvBytesPerToken(KvType type) {
        return type.bytes((long) layers * kvHeads * (keyLength + valueLength));
    }

    /** Buffers of a step per cell of the cache: the attention mask, in single and in half precision. */
    long maskBytesPerCell(int batchTokens) {
        return batchTokens * 6L;
    }

    /** Buffers of a step that do not depend on the context: activations, and logits on both sides. */
    long bufferBytes(int batchTokens, int outputsMax) {
        return (long) batchTokens * embedding * ACTIVATIONS * Float.BYTES + 2L * outputsMax * vocabulary * Float.BYTES;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s, %d layers, %.1f MiB", architecture, layers, weightsBytes / (double) (1 << 20));
    }
}
