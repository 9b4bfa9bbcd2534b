package dev.llamero.benchmarks.load;

/**
 * One measured answer.
 *
 * @param firstTokenNanos from the request's first byte to the first non-empty piece of text, thinking included
 * @param lastTokenNanos from the request's first byte to the last piece of text
 * @param promptTokens as the server counts them, reused ones included
 * @param outputTokens as the server counts them
 * @param text the whole answer, to check that servers do the same work
 */
record Sample(long firstTokenNanos, long lastTokenNanos, int promptTokens, int outputTokens, String text) {
    /** Output tokens per second after the first (1 / TPOT). */
    double decodeRate() {
        return (outputTokens - 1) * 1e9 / Math.max(1, lastTokenNanos - firstTokenNanos);
    }

    /** Prompt tokens per second until the first token. */
    double prefillRate() {
        return promptTokens * 1e9 / Math.max(1, firstTokenNanos);
    }
}
