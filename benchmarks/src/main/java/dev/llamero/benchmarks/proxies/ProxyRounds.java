package dev.llamero.benchmarks.proxies;

import dev.llamero.benchmarks.load.Progress;
import dev.llamero.benchmarks.report.Results;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives each contender its turn in each round, so that what drifts over the run divides out of the ratios. One thread.
 */
final class ProxyRounds {
    private final List<Contender> contenders;
    private final Rule rule;
    private final Progress progress;

    /**
     * How long, how often, with how many.
     *
     * @param clients at once, one workload for each
     * @param chunks of a streamed answer, for the report
     */
    record Rule(int rounds, Duration turn, Duration warmUp, List<Integer> clients, int chunks) {
        int steps(int contenders) {
            return contenders * (2 + 2 * clients.size() * rounds);
        }
    }

    ProxyRounds(List<Contender> contenders, Rule rule, Progress progress) {
        this.contenders = contenders;
        this.rule = rule;
        this.progress = progress;
    }

    /** All workloads, the start and the memory first. */
    List<Results.WorkloadResult> measure() throws IOException, InterruptedException {
        var done = new ArrayList<Results.WorkloadResult>();
        done.add(start());
        for (Contender contender : contenders) {
            for (boolean stream : List.of(false, true)) {
                progress.at("warming " + contender.name());
                ClosedLoop.run(
                        contender.port(),
                        contender.request(stream),
                        10,
                        rule.warmUp().dividedBy(2).plusMillis(1));
                progress.advance(1);
            }
        }
        for (boolean stream : List.of(false, true)) {
            for (int clients : rule.clients()) {
                done.add(workload(stream, clients));
            }
        }
        return done;
    }

    /** Cold start, with the memory right after it. */
    private Results.WorkloadResult start() {
        var times = new LinkedHashMap<String, List<Double>>();
        var usage = new HashMap<String, Results.Usage>();
        for (Contender contender : contenders) {
            if (Double.isFinite(contender.startMillis())) {
                times.put(contender.name(), List.of(contender.startMillis()));
                contender
                        .tree()
                        .ifPresent(tree -> usage.put(
                                contender.name(), new Results.Usage(tree.cpuSeconds(), tree.residentBytes())));
            }
        }
        return new Results.WorkloadResult(
                "start",
                "from the start of the process to the first answered chat; memory right after it",
                "once, cold",
                List.of(new Results.Figure("", "ms", false, times)),
                usage,
                Map.of(),
                Map.of(),
                List.of());
    }

    private Results.WorkloadResult workload(boolean stream, int clients) throws IOException, InterruptedException {
        var perSecond = figure("throughput", "req/s", true);
        var p50 = figure("p50", "ms", false);
        var p99 = figure("p99", "ms", false);
        var first = figure("first byte p50", "ms", false);
        var usage = new HashMap<String, Results.Usage>();
        var notes = new ArrayList<String>();
        String name = (stream ? "stream-" : "plain-") + clients;
        for (int round = 0; round < rule.rounds(); round++) {
            for (int i = 0; i < contenders.size(); i++) {
                // Nobody is always the one after the slowest.
                Contender contender = contenders.get((i + round) % contenders.size());
                progress.at(name + " " + contender.name());
                double cpuBefore = cpu(contender);
                ClosedLoop.Turn turn =
                        ClosedLoop.run(contender.port(), contender.request(stream), clients, rule.turn());
                add(perSecond, contender, turn.perSecond());
                add(p50, contender, turn.p50());
                add(p99, contender, turn.p99());
                add(first, contender, turn.firstByteP50());
                use(usage, contender, cpu(contender) - cpuBefore);
                if (turn.failed() > 0) {
                    notes.add(contender.name() + ": " + turn.failed() + " requests failed in round " + (round + 1));
                }
                progress.advance(1);
            }
        }
        String about = (stream ? "streamed chats of " + rule.chunks() + " pieces" : "whole chats") + ", " + clients
                + " at once, in a closed loop";
        String setup = rule.turn().toMillis() + " ms per turn, the JVM warm";
        var figures = new ArrayList<>(List.of(perSecond, p50, p99));
        if (stream) {
            figures.add(first);
        }
        return new Results.WorkloadResult(name, about, setup, figures, usage, Map.of(), Map.of(), notes);
    }

    private void use(Map<String, Results.Usage> usage, Contender contender, double cpuSeconds) {
        contender
                .tree()
                .filter(_ -> !contender.name().equals(Contenders.DIRECT))
                .ifPresent(tree -> usage.merge(
                        contender.name(),
                        new Results.Usage(cpuSeconds / rule.rounds(), tree.residentBytes()),
                        (a, b) -> new Results.Usage(
                                a.cpuSeconds() + b.cpuSeconds(),
                                Math.max(a.peakResidentBytes(), b.peakResidentBytes()))));
    }

    private static double cpu(Contender contender) {
        return contender.tree().map(tree -> tree.cpuSeconds()).orElse(0.0);
    }

    private static Results.Figure figure(String name, String unit, boolean higherIsBetter) {
        return new Results.Figure(name, unit, higherIsBetter, new LinkedHashMap<>());
    }

    private static void add(Results.Figure figure, Contender contender, double value) {
        figure.rounds()
                .computeIfAbsent(contender.name(), _ -> new ArrayList<>())
                .add(value);
    }
}
