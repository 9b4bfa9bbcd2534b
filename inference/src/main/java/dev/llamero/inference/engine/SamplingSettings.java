package dev.llamero.inference.engine;

/**
 * How the next token is chosen from the logits, with Ollama's names, units and defaults.
 *
 * @param temperature 0 for greedy; otherwise logits are divided by it
 * @param topK keep this many most likely tokens; 0 or less for all
 * @param topP keep the most likely tokens whose probabilities add up to this; 1 for all
 * @param minP drop tokens less likely than this share of the most likely one; 0 for none
 * @param typicalP keep the tokens nearest the expected information up to this mass; 1 for all
 * @param repeatLastN window of the penalties in tokens; 0 for none, -1 for the whole context
 * @param repeatPenalty divides (or multiplies) logits of tokens in the window; 1 for none
 * @param presencePenalty subtracted once from tokens in the window
 * @param frequencyPenalty subtracted per occurrence in the window
 * @param seed repeatable sampling if 0 or more; random if negative
 */
public record SamplingSettings(
        float temperature,
        int topK,
        float topP,
        float minP,
        float typicalP,
        int repeatLastN,
        float repeatPenalty,
        float presencePenalty,
        float frequencyPenalty,
        long seed) {
    /** Ollama's defaults. */
    public static final SamplingSettings DEFAULTS =
            new SamplingSettings(0.8f, 40, 0.9f, 0.0f, 1.0f, 64, 1.0f, 0.0f, 0.0f, -1);

    /** Greedy decoding, no penalties. */
    public static final SamplingSettings GREEDY =
            new SamplingSettings(0.0f, 40, 0.9f, 0.0f, 1.0f, 64, 1.0f, 0.0f, 0.0f, -1);
}
