package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** W2: requests of mixed lengths that arrive at random, as on a shared server. Equal for all servers of a round. */
final class Arrivals {
    static final List<Metric> METRICS = List.of(
            Metric.millis("TTFT p50"),
            Metric.millis("TTFT p99"),
            Metric.millis("TPOT"),
            new Metric("goodput", "req/s", true));

    private static final int REQUESTS = 16;
    private static final double PER_SECOND = 1;
    private static final double FIRST_TOKEN_GOAL = 2000;
    private static final double PER_TOKEN_GOAL = 100;

    private Arrivals() {}

    private record Arrival(long afterMillis, Question question) {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            List<Arrival> arrivals = arrivals(scene, number);
            var measured = new Measured();
            List<Answer> answers;
            try (var threads =
                    Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
                var pending = new ArrayList<Future<Answer>>();
                long began = System.nanoTime();
                for (Arrival arrival : arrivals) {
                    long wait = began + arrival.afterMillis() * 1_000_000 - System.nanoTime();
                    TimeUnit.NANOSECONDS.sleep(Math.max(0, wait));
                    pending.add(threads.submit((Callable<Answer>) () -> scene.ask(arrival.question())));
                }
                answers = Scene.collect(pending);
            }
            return figures(measured.answers(answers), answers);
        };
    }

    private static List<Arrival> arrivals(Scene scene, int number) {
        var random = new Random(scene.seed() * 131 + number);
        var arrivals = new ArrayList<Arrival>();
        double at = 0;
        for (int i = 0; i < scene.count(REQUESTS); i++) {
            int prompt = (int) Math.clamp(120 * Math.exp(random.nextGaussian()), 16, 1000);
            int output = (int) Math.clamp(56 * Math.exp(0.7 * random.nextGaussian()), 16, 160);
            arrivals.add(new Arrival(
                    Math.round(at * 1000),
                    new Question(scene.prompt(number * 1000L + i, Math.max(32, prompt)), output)));
            at -= Math.log(1 - random.nextDouble()) / PER_SECOND;
        }
        return arrivals;
    }

    private static Measured figures(Measured measured, List<Answer> answers) {
        double[] firsts = answers.stream().mapToDouble(Answer::firstTokenMillis).toArray();
        double[] perToken = answers.stream()
                .filter(answer -> answer.outputTokens() > 1)
                .mapToDouble(answer -> 1000 / answer.decodeRate())
                .toArray();
        long good = answers.stream()
                .filter(answer -> answer.firstTokenMillis() <= FIRST_TOKEN_GOAL
                        && (answer.outputTokens() < 2 || 1000 / answer.decodeRate() <= PER_TOKEN_GOAL))
                .count();
        long from = answers.stream().mapToLong(Answer::sent).min().orElseThrow();
        long to = answers.stream().mapToLong(Answer::last).max().orElseThrow();
        return measured.figure("TTFT p50", Statistics.median(firsts))
                .figure("TTFT p99", Statistics.percentile(firsts, 0.99))
                .figure("TPOT", Statistics.mean(perToken))
                .figure("goodput", good * 1e9 / (to - from));
    }
}
