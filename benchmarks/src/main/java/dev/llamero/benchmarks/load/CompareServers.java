package dev.llamero.benchmarks.load;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares running servers: {@code compare ROUNDS WORKLOAD[,WORKLOAD] SERVER SERVER...}, where the first server is the
 * one that the ratios refer to. Prints a Markdown table.
 */
public final class CompareServers {
    private static final int ROUNDS_MAX = 200;

    private CompareServers() {}

    /**
     * Runs the comparison and exits: 0 when done, 1 when a server fails, 2 on wrong usage.
     *
     * @param arguments rounds, workloads ("all" for every one), servers as {@code name=dialect,address,model}
     */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length < 4) {
            System.err.println("usage: compare ROUNDS all|WORKLOAD,... NAME=DIALECT,ADDRESS,MODEL NAME=...");
            Workload.all().forEach(each -> System.err.println("  " + each.name() + ": " + each.about()));
            System.exit(2);
        }
        try {
            int rounds = Integer.parseInt(arguments[0]);
            if (rounds < 1 || rounds > ROUNDS_MAX) {
                throw new IllegalArgumentException("ROUNDS must be 1 to " + ROUNDS_MAX);
            }
            var targets = Arrays.stream(arguments).skip(2).map(Target::parse).toList();
            run(rounds, workloads(arguments[1]), targets, System.out);
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(1);
        }
    }

    private static List<Workload> workloads(String names) {
        if (names.equals("all")) {
            return Workload.all();
        }
        var chosen = new ArrayList<Workload>();
        for (String name : names.split(",")) {
            chosen.add(Workload.all().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no workload " + name)));
        }
        return chosen;
    }

    /** Every workload in turn; in each round every server once, after one round that does not count. */
    static void run(int rounds, List<Workload> workloads, List<Target> targets, PrintStream out)
            throws IOException, InterruptedException {
        out.println(
                "| workload | server | median | ratio to " + targets.getFirst().name() + " |");
        out.println("| --- | --- | --- | --- |");
        try (var client = new StreamClient()) {
            for (Workload workload : workloads) {
                var comparison = new Comparison(workload);
                for (int round = 0; round <= rounds; round++) {
                    for (Target target : targets) {
                        double figure = workload.turn().figure(client, target, seed(workload, round));
                        if (round > 0) {
                            comparison.add(target.name(), figure);
                        }
                    }
                }
                comparison.rows().forEach(out::println);
            }
        }
    }

    /** New in each run too, or a second run would find its prompts in the servers' caches. */
    private static long seed(Workload workload, int round) {
        return RUN_SEED + workload.name().hashCode() * 1_000L + round;
    }

    private static final long RUN_SEED = System.nanoTime();
}
