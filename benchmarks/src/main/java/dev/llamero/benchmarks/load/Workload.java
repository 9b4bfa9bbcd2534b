package dev.llamero.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What is asked in one turn of one server, and which figure of the answers counts.
 *
 * @param name as on the command line
 * @param about one sentence for the report
 * @param unit of the figure
 * @param higherIsBetter whether a ratio above 1 is good
 * @param turn asks and gives the figure
 */
record Workload(String name, String about, String unit, boolean higherIsBetter, Turn turn) {
    /** Where only the beginning counts: the very first token may be half a character, and give no text. */
    private static final int FIRST_TOKENS = 4;

    private static final String[] WORDS =
            "river stone lamp garden winter letter market window silver bridge music paper forest engine harbour"
                    .split(" ");

    /** One turn of a server. The seed is equal for all servers of a round, and new in each round. */
    @FunctionalInterface
    interface Turn {
        double figure(StreamClient client, Target target, long seed) throws IOException, InterruptedException;
    }

    /** All workloads, in the order in which a full run takes them. */
    static List<Workload> all() {
        return List.of(
                new Workload(
                        "decode",
                        "a new prompt of about 512 tokens, 128 tokens out: output tokens per second",
                        "tok/s",
                        true,
                        (client, target, seed) ->
                                client.ask(target, prompt(seed, 360), 128).decodeRate()),
                new Workload(
                        "prefill",
                        "a new prompt of about 1,000 tokens: prompt tokens per second until the first token",
                        "tok/s",
                        true,
                        (client, target, seed) -> client.ask(target, prompt(seed, 740), FIRST_TOKENS)
                                .prefillRate()),
                new Workload(
                        "first-token",
                        "a new question of about 32 tokens on a warm server: milliseconds to the first token",
                        "ms",
                        false,
                        (client, target, seed) -> client.ask(target, prompt(seed, 8), FIRST_TOKENS)
                                        .firstTokenNanos()
                                / 1e6),
                new Workload(
                        "second-turn",
                        "a prompt of about 1,000 tokens asked again: milliseconds to the first token",
                        "ms",
                        false,
                        (client, target, seed) -> {
                            client.ask(target, prompt(seed, 740), FIRST_TOKENS);
                            return client.ask(target, prompt(seed, 740), FIRST_TOKENS)
                                            .firstTokenNanos()
                                    / 1e6;
                        }),
                new Workload(
                        "eight-streams",
                        "eight short questions at once, 64 tokens out each: output tokens per second over all",
                        "tok/s",
                        true,
                        (client, target, seed) -> together(client, target, seed, 8, 64)));
    }

    /** A question of its own for each seed, so that no server finds it in its cache. */
    static String prompt(long seed, int words) {
        var random = new Random(seed);
        var text = new StringBuilder("Story number ")
                .append(random.nextInt(1_000_000))
                .append(':');
        for (int i = 0; i < words; i++) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.append(". Write a long story with these words.").toString();
    }

    private static double together(StreamClient client, Target target, long seed, int streams, int tokens)
            throws IOException, InterruptedException {
        long started = System.nanoTime();
        var answers = new ArrayList<Future<Sample>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < streams; i++) {
                String question = prompt(seed * 31 + i, 8);
                answers.add(threads.submit(() -> client.ask(target, question, tokens)));
            }
        }
        int output = 0;
        for (Future<Sample> answer : answers) {
            try {
                output += answer.get().outputTokens();
            } catch (ExecutionException e) {
                throw new IOException(target.name() + " failed in a stream of " + streams, e.getCause());
            }
        }
        return output * 1e9 / (System.nanoTime() - started);
    }
}
