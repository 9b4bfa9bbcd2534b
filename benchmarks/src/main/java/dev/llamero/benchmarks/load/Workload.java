package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.Setup;
import java.io.IOException;
import java.util.List;

/**
 * What servers are asked, and what of the answers counts.
 *
 * @param name as on the command line
 * @param about one sentence for the report, with the definition of its figures
 * @param setup of the servers
 * @param rounds counted ones of a full run
 * @param warmUps rounds before that, which do not count
 * @param restarts whether servers are ended and started within it
 * @param metrics in the order of the report
 * @param play how it goes
 */
record Workload(
        String name,
        String about,
        Setup setup,
        int rounds,
        int warmUps,
        boolean restarts,
        List<Metric> metrics,
        Play play) {

    /** Begins the workload on one server. */
    @FunctionalInterface
    interface Play {
        Session begin(Scene scene) throws IOException, InterruptedException;
    }

    /** The workload on one server; rounds come from one thread. */
    @FunctionalInterface
    interface Session {
        /**
         * One round; number 0 and below do not count.
         *
         * @throws IOException if the server fails
         */
        Measured round(int number) throws IOException, InterruptedException;
    }
}
