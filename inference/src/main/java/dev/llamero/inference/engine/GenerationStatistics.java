package dev.llamero.inference.engine;

/**
 * What a generation cost.
 *
 * @param promptTokens tokens of the whole prompt, reused ones included
 * @param reusedTokens of these, how many were taken from the KV cache and not evaluated
 * @param generatedTokens tokens sampled, the ending token included
 * @param queueNanos from submission to the first step that carried a row of this prompt
 * @param promptNanos from there to the first sampled token
 * @param generationNanos from there to the end
 * @param draftedTokens guessed tokens that were evaluated ahead
 * @param acceptedTokens of these, how many were what was sampled
 */
public record GenerationStatistics(
        int promptTokens,
        int reusedTokens,
        int generatedTokens,
        long queueNanos,
        long promptNanos,
        long generationNanos,
        int draftedTokens,
        int acceptedTokens) {
    /** A generation without speculation. */
    public GenerationStatistics(
            int promptTokens,
            int reusedTokens,
            int generatedTokens,
            long queueNanos,
            long promptNanos,
            long generationNanos) {
        this(promptTokens, reusedTokens, generatedTokens, queueNanos, promptNanos, generationNanos, 0, 0);
    }
}
