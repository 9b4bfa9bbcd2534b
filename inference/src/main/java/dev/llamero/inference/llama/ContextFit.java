package dev.llamero.inference.llama;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a conversation's context can be in the memory there is. Pure.
 *
 * @param contextTokens tokens per conversation
 * @param reason why it is less than asked for, for the log; empty if it is not
 * @param promised whether the numbers say that this much fits; else it is a try against them
 */
record ContextFit(int contextTokens, Optional<String> reason, boolean promised) {
    /** The context shrinks to this, if less was not asked for, before opening is tried against the numbers. */
    static final int FLOOR_TOKENS = 2048;

    /** Contexts are cut to a multiple of this, which llama.cpp rounds KV caches up to. */
    private static final int STEP_TOKENS = 256;

    private static final double GIB = 1 << 30;

    /**
     * One kind of memory and what the model wants of it.
     *
     * @param name for the log
     * @param availableBytes what can be had
     * @param fixedBytes weights and buffers that do not depend on the context
     * @param bytesPerCell KV cache and buffers per cell
     */
    record Pool(String name, long availableBytes, long fixedBytes, long bytesPerCell) {
        /** How many cells fit, 0 or more. */
        long cells() {
            long left = availableBytes - fixedBytes;
            return left <= 0 ? 0 : bytesPerCell == 0 ? Long.MAX_VALUE : left / bytesPerCell;
        }
    }

    /**
     * Decides.
     *
     * @param requestedTokens what was asked for
     * @param trainingTokens what the model was trained for; 0 if unknown
     * @param parallel conversations that share the cells
     * @param pools all memory that the model takes part of
     */
    static ContextFit decide(int requestedTokens, int trainingTokens, int parallel, List<Pool> pools) {
        int wanted = requestedTokens;
        Optional<String> reason = Optional.empty();
        boolean promised = true;
        if (trainingTokens > 0 && requestedTokens > trainingTokens) {
            wanted = trainingTokens;
            reason = Optional.of("the model was trained for " + trainingTokens + " tokens");
        }
        for (Pool pool : pools) {
            long tokens = pool.cells() / parallel;
            if (tokens >= wanted) {
                continue;
            }
            int floor = Math.min(wanted, FLOOR_TOKENS);
            int fitting = (int) Math.max(floor, tokens / STEP_TOKENS * STEP_TOKENS);
            promised &= tokens >= fitting;
            if (fitting < wanted) {
                reason = Optional.of(String.format(
                        Locale.ROOT,
                        "%d tokens for %d conversations need %.1f GiB of %s, and %.1f GiB are free",
                        wanted,
                        parallel,
                        (pool.fixedBytes() + (double) pool.bytesPerCell() * wanted * parallel) / GIB,
                        pool.name(),
                        pool.availableBytes() / GIB));
                wanted = fitting;
            }
        }
        return new ContextFit(wanted, reason, promised);
    }

    /** The next smaller context to try when the library could not allocate this one; 0 when there is none. */
    static int smaller(int contextTokens) {
        return contextTokens <= STEP_TOKENS ? 0 : Math.max(STEP_TOKENS, contextTokens / 2 / STEP_TOKENS * STEP_TOKENS);
    }
}
