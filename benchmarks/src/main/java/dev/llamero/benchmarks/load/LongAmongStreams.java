package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.DoubleStream;

/** W5: a long prompt arrives while others are being answered. */
final class LongAmongStreams {
    static final List<Metric> METRICS = List.of(
            Metric.millis("ITL p99"),
            Metric.millis("TTFT of the long one"),
            Metric.rate("output"),
            Metric.millis("longest silence"));

    private static final int STREAMS = 3;
    private static final int STREAM_OUTPUT = 256;
    private static final int LONG_PROMPT = 4096;
    private static final int LONG_OUTPUT = 16;
    private static final int PIECES_BEFORE = 8;
    /** A server with fewer slots never has all streams running; then the long prompt comes after this time. */
    private static final long START_MILLIS_MAX = 2_000;

    private LongAmongStreams() {}

    static Workload.Session begin(Scene scene) {
        return number -> {
            var measured = new Measured();
            List<Answer> streams;
            Answer late;
            try (var threads =
                    Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
                var pending = new ArrayList<Future<Answer>>();
                var progress = new ArrayList<Pieces>();
                for (int i = 0; i < STREAMS; i++) {
                    var question = new Question(scene.prompt(number * 10L + i, 32), scene.size(STREAM_OUTPUT));
                    var pieces = new Pieces();
                    progress.add(pieces);
                    pending.add(threads.submit((Callable<Answer>) () -> scene.ask(question, pieces)));
                }
                awaitAll(progress);
                String prompt = scene.prompt(number * 10L + STREAMS, scene.size(LONG_PROMPT));
                late = scene.ask(new Question(prompt, LONG_OUTPUT));
                streams = Scene.collect(pending);
            }
            return figures(measured, streams, late);
        };
    }

    private static void awaitAll(List<Pieces> progress) throws InterruptedException {
        long deadline = System.nanoTime() + START_MILLIS_MAX * 1_000_000;
        for (Pieces each : progress) {
            each.await(PIECES_BEFORE, (deadline - System.nanoTime()) / 1_000_000);
        }
    }

    static Measured figures(Measured measured, List<Answer> streams, Answer late) {
        long from = late.sent();
        long to = late.pieces()[0];
        double[] gaps = streams.stream()
                .flatMapToDouble(stream -> DoubleStream.of(stream.gapsMillisWithin(from, to)))
                .toArray();
        double silence = streams.stream()
                .flatMapToDouble(stream -> DoubleStream.concat(
                        DoubleStream.of(stream.firstTokenMillis()), DoubleStream.of(stream.gapsMillis())))
                .max()
                .orElse(Double.NaN);
        var all = new ArrayList<>(streams);
        all.add(late);
        return measured.answers(all)
                .timeline(streams, from, to)
                .figure("ITL p99", Statistics.percentile(gaps, 0.99))
                .figure("TTFT of the long one", late.firstTokenMillis())
                .figure("output", ManyStreams.outputRate(all))
                .figure("longest silence", silence);
    }
}
