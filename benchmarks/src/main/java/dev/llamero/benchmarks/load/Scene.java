package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.servers.Server;
import dev.llamero.benchmarks.servers.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a workload works with on one server.
 *
 * @param seed equal for all servers of a run and new in each run, so that no server finds a prompt in its cache
 * @param quick whether sizes are cut to a quarter
 */
record Scene(StreamClient client, Server server, Prompts prompts, long seed, boolean quick) {
    /** A size in tokens, cut in a quick run. */
    int size(int tokens) {
        return quick ? Math.max(24, tokens / 4) : tokens;
    }

    /** A number of chats or requests, cut in a quick run. */
    int count(int full) {
        return quick ? Math.max(2, full / 3) : full;
    }

    Target target() {
        return server.target();
    }

    /** A new prompt of about so many tokens; the number tells it from others of the workload. */
    String prompt(long number, int tokens) {
        return prompts.story(seed * 1_000_003 + number, tokens);
    }

    Answer ask(Question question) throws IOException {
        return client.ask(target(), question);
    }

    Answer ask(Question question, Pieces pieces) throws IOException {
        return client.ask(target(), question, pieces);
    }

    Answer askAndLeave(Question question, Duration after) throws IOException {
        return client.askAndLeave(target(), question, after);
    }

    /** Asks all at once, and gives the answers in order. */
    List<Answer> askTogether(List<Question> questions) throws IOException, InterruptedException {
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var answers = new ArrayList<Future<Answer>>();
            questions.forEach(question -> answers.add(threads.submit((Callable<Answer>) () -> ask(question))));
            return collect(answers);
        }
    }

    /** Waits for answers that other threads read. */
    static List<Answer> collect(List<Future<Answer>> pending) throws IOException, InterruptedException {
        var answers = new ArrayList<Answer>();
        for (Future<Answer> each : pending) {
            try {
                answers.add(each.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException failure
                        ? failure
                        : new IOException("a client failed: " + e.getCause(), e.getCause());
            }
        }
        return answers;
    }
}
