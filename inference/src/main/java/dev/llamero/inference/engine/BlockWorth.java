package dev.llamero.inference.engine;

/**
 * What a block outside of the KV cache is worth: the time that evaluating its tokens again would take, per byte, and
 * less the longer nobody used it. Where time per byte is equal, the least recently used is worth least (hyperbolic
 * caching; Blankstein et al., USENIX ATC 2017). Engine's thread only.
 */
final class BlockWorth {
    /** Steps with fewer rows of prompts say little of what a row costs. */
    private static final int ROWS_MIN = 32;

    private static final double NEW_SHARE = 0.1;

    /** Until a step was measured: a small model on a CPU. */
    private static final double NANOS_PER_TOKEN_FIRST = 1e6;

    /** At this depth attention costs as much as all else (measured on a CPU: 854 tokens/s at 1K, 389 at 4K). */
    private static final double DEPTH_DOUBLE = 3_000;

    /** Until a file was read: a slow disk. */
    private static final double NANOS_PER_BYTE_FIRST = 10;

    private double nanosPerToken = NANOS_PER_TOKEN_FIRST;
    private double nanosPerByte = NANOS_PER_BYTE_FIRST;

    /** Counts a step; {@code depth} is where its rows stand. */
    void stepDone(int promptRows, int depth, long nanos) {
        if (promptRows >= ROWS_MIN && nanos > 0) {
            double measured = nanos / (promptRows * depthFactor(depth));
            nanosPerToken += NEW_SHARE * (measured - nanosPerToken);
        }
    }

    /** Counts a file that was read. */
    void fileRead(long bytes, long nanos) {
        nanosPerByte += NEW_SHARE * ((double) nanos / bytes - nanosPerByte);
    }

    private static double depthFactor(int depth) {
        return 1 + depth / DEPTH_DOUBLE;
    }

    /** Time to evaluate a block's tokens again. */
    double recomputeNanos(int from, int tokens) {
        return tokens * nanosPerToken * depthFactor(from);
    }

    /** Whether reading a block from disk takes less time than evaluating it. */
    boolean worthAFile(int from, int tokens, long bytes) {
        return bytes * nanosPerByte < recomputeNanos(from, tokens);
    }

    /** The worth of keeping a block that takes so many bytes. */
    double of(Block block, long bytes, long now) {
        long age = Math.max(1, now - block.lastUsed);
        return recomputeNanos(block.from, block.tokens.size()) / ((double) bytes * age);
    }
}
