package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where the time of one call to the proxy went, in milliseconds since it was sent; no text of question or answer.
 *
 * @param startNanos of this process's clock, when it was sent
 * @param earlierMillis from the first call under the same id to this one; 0 if this is the first
 * @param firstMillis until the first piece of thinking or answer; -1 if none came
 * @param totalMillis until the end
 * @param hops what proxy and inference say of themselves; an empty object if they do not tell
 */
public record CallTrace(long startNanos, double earlierMillis, double firstMillis, double totalMillis, JsonNode hops) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** The same as the next attempt after another one. */
    CallTrace after(CallTrace before) {
        return new CallTrace(
                startNanos,
                before.earlierMillis + (startNanos - before.startNanos) / NANOS_PER_MILLI,
                firstMillis,
                totalMillis,
                hops);
    }
}
