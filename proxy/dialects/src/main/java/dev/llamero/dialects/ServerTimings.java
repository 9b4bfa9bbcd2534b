package dev.llamero.dialects;

/**
 * Where the time of one answer went in a model server, in milliseconds; 0 for what the server does not tell. Token
 * counts are the prompt's: computed anew and taken from the cache.
 *
 * @param queueMillis until a place was free
 * @param loadMillis until the model was ready
 * @param promptMillis computing the prompt
 * @param decodeMillis computing the answer
 * @param totalMillis from the request to the end
 */
public record ServerTimings(
        double queueMillis,
        double loadMillis,
        double promptMillis,
        double decodeMillis,
        double totalMillis,
        long computedTokens,
        long reusedTokens) {}
