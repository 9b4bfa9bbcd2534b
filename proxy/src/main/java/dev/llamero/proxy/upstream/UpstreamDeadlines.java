package dev.llamero.proxy.upstream;

import java.time.Duration;

/**
 * How long a call waits.
 *
 * @param connect for a connection
 * @param firstByte from the request to the whole head of the answer; covers loading the model and prefill, so it is
 *     long
 * @param silence between two reads of a running answer
 */
public record UpstreamDeadlines(Duration connect, Duration firstByte, Duration silence) {}
