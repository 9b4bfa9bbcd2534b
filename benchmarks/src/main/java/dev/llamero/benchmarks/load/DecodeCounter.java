package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.PlainHttp;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.util.Set;

/**
 * Runs of the target model that a server counts on {@code /metrics}, in Prometheus' text format. A server that does not
 * count them stays at 0. llama-server's answers tell their own count, which goes before this one.
 */
final class DecodeCounter {
    /** Forward passes; the few that compute the prompt count as well. */
    private static final Set<String> NAMES = Set.of("llamero_steps_total");

    private final Target target;

    private DecodeCounter(Target target) {
        this.target = target;
    }

    static DecodeCounter of(Target target) {
        return new DecodeCounter(target);
    }

    long total() throws IOException, InterruptedException {
        PlainHttp.Reply reply = PlainHttp.get(target, "/metrics");
        return reply.status() == 200 ? sum(reply.body()) : 0;
    }

    static long sum(String metrics) {
        return (long) metrics.lines()
                .filter(line -> NAMES.contains(line.split("[{ ]", 2)[0]))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
