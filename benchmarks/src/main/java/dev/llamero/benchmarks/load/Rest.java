package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.ProcessTree;
import dev.llamero.benchmarks.servers.Server;
import java.time.Duration;
import java.util.List;

/**
 * Waits until no server computes any more. Threads of ggml spin for a while after an answer, and some servers save what
 * they computed; without this wait each server would pay for the one before it in the round.
 */
final class Rest {
    /** Several of Linux's ticks of 10 ms. */
    private static final Duration LOOK = Duration.ofMillis(60);

    /** One tick may belong to anything. */
    private static final double BUSY_SECONDS = 0.015;

    /** What a server does once nothing was asked for a moment must have begun within so many looks. */
    private static final int QUIET_LOOKS = 3;

    private static final int LOOKS_MAX = 50;

    private Rest() {}

    /** Returns once all rest, or after three seconds if one never does. */
    static void await(List<Server> servers) throws InterruptedException {
        double before = cpuSeconds(servers);
        int quiet = 0;
        for (int look = 0; look < LOOKS_MAX; look++) {
            Thread.sleep(LOOK);
            double now = cpuSeconds(servers);
            quiet = now - before < BUSY_SECONDS ? quiet + 1 : 0;
            if (quiet == QUIET_LOOKS) {
                return;
            }
            before = now;
        }
    }

    private static double cpuSeconds(List<Server> servers) {
        return servers.stream()
                .flatMap(server -> server.tree().stream())
                .mapToDouble(ProcessTree::cpuSeconds)
                .sum();
    }
}
