package dev.llamero.proxy.callers;

import java.time.Duration;
import java.util.Optional;

/**
 * What a key has left, as its caller is told.
 *
 * @param requests empty if there is no such limit
 * @param tokens of a minute, or if that has no limit, of the budget
 */
public record Standing(Optional<Left> requests, Optional<Left> tokens) {
    /**
     * One limit.
     *
     * @param reset until all of it is there again; empty for never
     */
    public record Left(long limit, long remaining, Optional<Duration> reset) {}
}
