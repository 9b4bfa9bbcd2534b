package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Results;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one round gave for one server. Owned by one thread. */
final class Measured {
    private final long began = System.nanoTime();
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Results.Timeline timeline;

    Measured figure(String metric, double value) {
        figures.put(metric, value);
        return this;
    }

    Measured answers(List<Answer> more) {
        answers.addAll(more);
        return this;
    }

    Measured answer(Answer one) {
        answers.add(one);
        return this;
    }

    Measured note(String sentence) {
        notes.add(sentence);
        return this;
    }

    /** The gaps of these answers over time, with the time of a disturbance. */
    Measured timeline(List<Answer> streams, long from, long to) {
        var points = new ArrayList<double[]>();
        for (Answer stream : streams) {
            double[] gaps = stream.gapsMillis();
            for (int i = 0; i < gaps.length; i++) {
                points.add(new double[] {tenth((stream.pieces()[i + 1] - began) / 1e6), tenth(gaps[i])});
            }
        }
        timeline = new Results.Timeline(points, tenth((from - began) / 1e6), tenth((to - began) / 1e6));
        return this;
    }

    double figure(String metric) {
        return figures.getOrDefault(metric, Double.NaN);
    }

    List<Answer> answers() {
        return answers;
    }

    List<String> notes() {
        return notes;
    }

    Results.Timeline timeline() {
        return timeline;
    }

    /** The answers as the file of results has them. */
    List<Results.Request> requests(int round) {
        return answers.stream().map(answer -> request(answer, round)).toList();
    }

    private Results.Request request(Answer answer, int round) {
        boolean some = answer.pieces().length > 0;
        var gaps = new ArrayList<Double>();
        for (double gap : answer.gapsMillis()) {
            gaps.add(tenth(gap));
        }
        return new Results.Request(
                round,
                tenth((answer.sent() - began) / 1e6),
                some ? tenth(answer.firstTokenMillis()) : 0,
                some ? tenth((answer.last() - answer.sent()) / 1e6) : 0,
                answer.promptTokens(),
                answer.outputTokens(),
                answer.dropped(),
                gaps);
    }

    private static double tenth(double millis) {
        return Math.round(millis * 10) / 10.0;
    }
}
