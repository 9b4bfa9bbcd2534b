package dev.llamero.proxy.callers;

/**
 * What one key may use; 0 is no limit. Immutable.
 *
 * @param requestsPerMinute requests; a whole minute's worth may come at once
 * @param tokensPerMinute tokens of prompts and answers together
 * @param streams requests at the same time, streamed or not
 * @param tokensPerDay tokens of prompts and answers together, from midnight to midnight, UTC
 * @param tokensTotal tokens of prompts and answers together, over the life of the key
 */
public record KeyLimits(
        long requestsPerMinute, long tokensPerMinute, int streams, long tokensPerDay, long tokensTotal) {
    /** No limit at all. */
    public static final KeyLimits NONE = new KeyLimits(0, 0, 0, 0, 0);

    public KeyLimits {
        if (requestsPerMinute < 0 || tokensPerMinute < 0 || streams < 0 || tokensPerDay < 0 || tokensTotal < 0) {
            throw new IllegalArgumentException("a limit is below 0; leave it out, or give 0, for no limit");
        }
    }

    /** Whether its tokens come to an end. */
    public boolean hasBudget() {
        return tokensPerDay > 0 || tokensTotal > 0;
    }

    /** Whether nothing is limited. */
    public boolean isNone() {
        return equals(NONE);
    }
}
