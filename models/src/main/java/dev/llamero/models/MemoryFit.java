package dev.llamero.models;

import java.util.OptionalLong;

/**
 * The memory that a model needs to run in llama.cpp, from its header alone. Weights and KV cache are exact; the rest is
 * an estimate for a batch of {@value #MICRO_BATCH} tokens with flash attention, made after llama.cpp v0.5.0's own
 * figures. Models with a sliding window are counted as if every layer kept all tokens, so they may need less.
 *
 * @param contextTokens tokens that one conversation may have
 * @param kvType how the KV cache is stored
 * @param weightBytes all tensors
 * @param kvBytesPerToken keys and values of one token in all layers
 * @param fixedBytes buffers that do not grow with the context: activations and logits of a batch (estimate)
 * @param bytesPerTokenBeside what else grows with each token in the cache: the attention mask, and for a quantised
 *     cache one layer's keys and values unpacked to half precision (estimate)
 * @param slidingWindow tokens that some layers look back at most, if the model has such layers
 */
public record MemoryFit(
        long contextTokens,
        KvType kvType,
        long weightBytes,
        long kvBytesPerToken,
        long fixedBytes,
        long bytesPerTokenBeside,
        OptionalLong slidingWindow) {
    /** Tokens that llama.cpp computes at once unless told otherwise. */
    static final int MICRO_BATCH = 512;
    /** A GPU's driver context, its matrix library and allocation slack: 0.5 to 0.7 GiB are usual. */
    public static final long DEVICE_BYTES = 600L << 20;

    static final long CONTEXT_TOKENS_MAX = 1L << 30;
    private static final int FLOAT_BYTES = 4;
    private static final int HALF_BYTES = 2;

    /**
     * Computes what a model needs.
     *
     * @param contextTokens tokens of one conversation, 1 to 2^30
     * @throws IllegalArgumentException if the context is out of range, the cache type does not suit the model, or the
     *     header's figures are absurd
     */
    public static MemoryFit of(GgufFile file, long contextTokens, KvType kvType) {
        if (contextTokens < 1 || contextTokens > CONTEXT_TOKENS_MAX) {
            throw new IllegalArgumentException(
                    "the context is " + contextTokens + " tokens, it must be 1 to " + CONTEXT_TOKENS_MAX);
        }
        AttentionShape attention = AttentionShape.of(file);
        long unpacked = kvType.storage().blockElements() > 1 ? HALF_BYTES * attention.widestLayer() : 0;
        long mask = (long) MICRO_BATCH * HALF_BYTES;
        return new MemoryFit(
                contextTokens,
                kvType,
                file.tensorBytes(),
                attention.bytesPerToken(kvType),
                fixedBytes(file),
                mask + unpacked,
                attention.slidingWindow());
    }

    /**
     * Three vectors of the feed-forward part and four of the model's width are alive at the widest place of the graph
     * (llama.cpp's compute buffer is 26 MiB for Qwen3-0.6B and 13.5 MiB for SmolLM2-135M beside the mask, which is
     * exactly this); logits for a whole batch come after and take the same memory.
     */
    private static long fixedBytes(GgufFile file) {
        long width = bounded(file.embeddingLength().orElse(0), "embedding_length");
        long inner = bounded(widestFeedForward(file), "feed_forward_length");
        long vocabulary = bounded(vocabulary(file), "vocabulary");
        return MICRO_BATCH * FLOAT_BYTES * Math.max(3 * inner + 4 * width, vocabulary + 2 * width);
    }

    private static long bounded(long value, String what) {
        if (value > 1 << 28) {
            throw new IllegalArgumentException("the header claims a " + what + " of " + value + ", which no model has");
        }
        return value;
    }

    private static long widestFeedForward(GgufFile file) {
        GgufValue value = file.metadata().get(file.architecture() + ".feed_forward_length");
        if (value instanceof GgufNumbers numbers) {
            long widest = 0;
            for (int layer = 0; layer < numbers.size(); layer++) {
                widest = Math.max(widest, numbers.wholeAt(layer));
            }
            return widest;
        }
        return value instanceof GgufValue.Whole whole ? whole.value() : 0;
    }

    private static long vocabulary(GgufFile file) {
        OptionalLong said = file.whole(file.architecture() + ".vocab_size");
        return said.orElseGet(() ->
                file.array("tokenizer.ggml.tokens").map(GgufValue.Array::size).orElse(0));
    }

    /** KV cache of one conversation. */
    public long kvBytes() {
        return saturated(contextTokens, kvBytesPerToken);
    }

    /** Buffers beside the KV cache of one conversation, an estimate. */
    public long computeBytes() {
        return fixedBytes + saturated(contextTokens, bytesPerTokenBeside);
    }

    /** Everything for one conversation on a GPU: weights, cache, buffers, and {@link #DEVICE_BYTES}. */
    public long totalBytes() {
        return saturatedSum(saturatedSum(weightBytes, kvBytes()), saturatedSum(computeBytes(), DEVICE_BYTES));
    }

    /** Whether one conversation fits. */
    public boolean fits(long memoryBytes) {
        return totalBytes() <= memoryBytes;
    }

    /** Tokens of all conversations together for which there is room; {@code CONTEXT_TOKENS_MAX} at most. */
    public long tokensIn(long memoryBytes) {
        long before = saturatedSum(weightBytes, fixedBytes + DEVICE_BYTES);
        if (before >= memoryBytes) {
            return 0;
        }
        long left = memoryBytes - before;
        return Math.min(CONTEXT_TOKENS_MAX, left / (kvBytesPerToken + bytesPerTokenBeside));
    }

    /** How many conversations of the full context fit at the same time. */
    public long conversationsIn(long memoryBytes) {
        return tokensIn(memoryBytes) / contextTokens;
    }

    private static long saturated(long count, long bytes) {
        long high = Math.multiplyHigh(count, bytes);
        long low = count * bytes;
        return high != 0 || low < 0 ? Long.MAX_VALUE / 4 : Math.min(low, Long.MAX_VALUE / 4);
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
