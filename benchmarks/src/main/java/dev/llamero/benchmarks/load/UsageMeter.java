package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Results;
import dev.llamero.benchmarks.servers.ProcessTree;
import dev.llamero.benchmarks.servers.Server;
import java.util.Optional;

/** Adds up what one server uses in the rounds of one workload. */
final class UsageMeter {
    /** Short enough to see a prompt's buffers, long enough not to disturb. */
    private static final long SAMPLE_MILLIS = 100;

    private double cpuSeconds;
    private int rounds;
    private long peakBytes;

    /** Something that is measured. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws java.io.IOException, InterruptedException;
    }

    /** Does some work and counts what the server used for it, unless it does not count. */
    <T> T count(Server server, boolean counts, Work<T> work) throws java.io.IOException, InterruptedException {
        Optional<ProcessTree> before = server.tree();
        double used = before.map(ProcessTree::cpuSeconds).orElse(0.0);
        Thread sampler = Thread.ofPlatform().daemon().name("memory sampler").start(() -> sample(server));
        try {
            return work.run();
        } finally {
            sampler.interrupt();
            sampler.join();
            // A server that was started anew has new processes, which have used nothing before.
            boolean same = server.tree().equals(before);
            double now = server.tree().map(ProcessTree::cpuSeconds).orElse(0.0);
            if (counts) {
                cpuSeconds += same ? now - used : now;
                rounds++;
            }
        }
    }

    private void sample(Server server) {
        try {
            while (true) {
                server.tree().ifPresent(tree -> peakBytes = Math.max(peakBytes, tree.residentBytes()));
                Thread.sleep(SAMPLE_MILLIS);
            }
        } catch (InterruptedException e) {
            server.tree().ifPresent(tree -> peakBytes = Math.max(peakBytes, tree.residentBytes()));
        }
    }

    Results.Usage usage() {
        return new Results.Usage(rounds == 0 ? 0 : Math.round(100 * cpuSeconds / rounds) / 100.0, peakBytes);
    }
}
