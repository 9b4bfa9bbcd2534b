package dev.llamero.proxy.http;

import dev.llamero.proxy.pool.UpstreamPool;

/**
 * What a reload swaps, ready for use. A request takes it once, at its begin, and keeps it to its end. Immutable.
 *
 * @param checks who may call
 * @param pool who answers
 */
public record Live(CallerChecks checks, UpstreamPool pool) {}
