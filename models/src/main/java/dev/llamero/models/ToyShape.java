package dev.llamero.models;

/**
 * The size of a toy model. Lengths are numbers, not bytes; rows must be whole blocks of the weights' type, so multiples
 * of 32 for the quantised ones.
 *
 * @param embedding width of the model
 * @param layers number of blocks
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides {@code heads}
 * @param headLength numbers in a head, even
 * @param feedForward inner width of the feed-forward part
 * @param vocabulary number of tokens
 * @param context tokens that the model claims to be trained for
 * @param tiedOutput whether the output matrix is the embedding, as in Qwen3 up to 4B
 * @param weights type of the matrices: F32, F16, BF16, Q8_0, Q4_0 or Q4_1; norms are F32
 */
public record ToyShape(
        int embedding,
        int layers,
        int heads,
        int keyValueHeads,
        int headLength,
        int feedForward,
        int vocabulary,
        int context,
        boolean tiedOutput,
        GgmlType weights) {
    public ToyShape {
        requirePositive("embedding", embedding);
        requirePositive("layers", layers);
        requirePositive("heads", heads);
        requirePositive("keyValueHeads", keyValueHeads);
        requirePositive("headLength", headLength);
        requirePositive("feedForward", feedForward);
        requirePositive("context", context);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(heads + " heads do not divide among " + keyValueHeads);
        }
        if (headLength % 2 != 0) {
            throw new IllegalArgumentException("headLength is odd, rotation needs pairs: " + headLength);
        }
        if (!Quantizer.knows(weights)) {
            throw new IllegalArgumentException("weights cannot be " + weights);
        }
        if (vocabulary < ToyVocabulary.TOKENS_MIN || vocabulary > ToyVocabulary.TOKENS_MAX) {
            throw new IllegalArgumentException("vocabulary is " + vocabulary + ", it must be "
                    + ToyVocabulary.TOKENS_MIN + " to " + ToyVocabulary.TOKENS_MAX);
        }
    }

    /** The default: about a million weights, one megabyte. */
    public static ToyShape small() {
        return new ToyShape(128, 4, 4, 2, 64, 256, 512, 4096, false, GgmlType.Q8_0);
    }

    /** The shape of Qwen3-0.6B: 596 million weights, 633 MB in Q8_0. For benchmarks. */
    public static ToyShape qwen3With600Million() {
        return new ToyShape(1024, 28, 16, 8, 128, 3072, 151_936, 40_960, true, GgmlType.Q8_0);
    }

    /** The same with another type of weights. */
    public ToyShape withWeights(GgmlType type) {
        return new ToyShape(
                embedding,
                layers,
                heads,
                keyValueHeads,
                headLength,
                feedForward,
                vocabulary,
                context,
                tiedOutput,
                type);
    }

    /** The same with another number of layers. */
    public ToyShape withLayers(int count) {
        return new ToyShape(
                embedding,
                count,
                heads,
                keyValueHeads,
                headLength,
                feedForward,
                vocabulary,
                context,
                tiedOutput,
                weights);
    }

    /** The same with another vocabulary. */
    public ToyShape withVocabulary(int tokens) {
        return new ToyShape(
                embedding, layers, heads, keyValueHeads, headLength, feedForward, tokens, context, tiedOutput, weights);
    }

    /** The same with another context length. */
    public ToyShape withContext(int tokens) {
        return new ToyShape(
                embedding,
                layers,
                heads,
                keyValueHeads,
                headLength,
                feedForward,
                vocabulary,
                tokens,
                tiedOutput,
                weights);
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be positive");
        }
    }
}
