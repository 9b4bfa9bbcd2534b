package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Results;
import dev.llamero.benchmarks.servers.Server;
import dev.llamero.benchmarks.servers.ServerFile;
import dev.llamero.benchmarks.servers.ServerSpec;
import dev.llamero.benchmarks.servers.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs workloads on servers. Within each round every server has its turn, A, B, C, A, B, C, so that what else the
 * machine does hits all alike; one is never asked while another is measured.
 */
final class Comparison {
    private static final System.Logger LOG = System.getLogger(Comparison.class.getName());
    private static final int PROMPTS_MAX = 3;

    /** Further than any round's number. */
    private static final int OTHER_PROMPT = 10_000;

    private final ServerFile file;
    private final Fleet fleet;
    private final StreamClient client;
    private final Options options;
    private final Progress progress;
    private final Map<Setup.ModelRole, Prompts> prompts = new EnumMap<>(Setup.ModelRole.class);

    /**
     * How to run.
     *
     * @param rounds counted ones, 0 for each workload's own number
     * @param quick whether sizes and rounds are cut
     * @param alone whether only one server runs at a time, for machines that cannot hold all
     * @param seed of all prompts
     */
    record Options(int rounds, boolean quick, boolean alone, long seed) {
        int rounds(Workload workload) {
            return rounds > 0 ? rounds : quick ? Math.min(2, workload.rounds()) : workload.rounds();
        }

        int warmUps(Workload workload) {
            return quick ? Math.min(2, workload.warmUps()) : workload.warmUps();
        }

        int steps(List<Workload> workloads, int servers) {
            return workloads.stream()
                            .mapToInt(each -> rounds(each) + warmUps(each))
                            .sum()
                    * servers;
        }
    }

    Comparison(ServerFile file, Fleet fleet, StreamClient client, Options options, Progress progress) {
        this.file = file;
        this.fleet = fleet;
        this.client = client;
        this.options = options;
        this.progress = progress;
    }

    /** Collects the figures of one server in one workload. */
    private static final class Column {
        private final Map<String, List<Double>> figures = new LinkedHashMap<>();
        private final List<Results.Request> requests = new ArrayList<>();
        private final UsageMeter meter = new UsageMeter();
        private Results.Timeline timeline;

        void add(Workload workload, Measured measured, int round) {
            for (Metric metric : workload.metrics()) {
                double value = measured.figure(metric.name());
                figures.computeIfAbsent(metric.name(), name -> new ArrayList<>())
                        .add(Double.isFinite(value) ? Double.valueOf(Math.round(value * 1000) / 1000.0) : null);
            }
            requests.addAll(measured.requests(round));
            timeline = measured.timeline();
        }
    }

    /** One workload on all servers that can take part. */
    Results.WorkloadResult run(Workload workload, Consumer<Results.ServerInfo> seen)
            throws IOException, InterruptedException {
        var notes = new ArrayList<String>();
        var able = new ArrayList<ServerSpec>();
        for (ServerSpec spec : file.servers()) {
            String obstacle = Fleet.obstacle(spec, workload, file);
            if (obstacle == null) {
                able.add(spec);
            } else {
                notes.add(spec.name() + " did not take part: it " + obstacle.replaceFirst("^it ", ""));
            }
        }
        var columns = new LinkedHashMap<String, Column>();
        able.forEach(spec -> columns.put(spec.name(), new Column()));
        if (options.alone()) {
            for (ServerSpec spec : able) {
                interleave(workload, List.of(spec), columns, notes, seen);
            }
        } else if (!able.isEmpty()) {
            interleave(workload, able, columns, notes, seen);
        }
        compareLengths(columns, notes);
        return result(workload, columns, notes);
    }

    private void interleave(
            Workload workload,
            List<ServerSpec> specs,
            Map<String, Column> columns,
            List<String> notes,
            Consumer<Results.ServerInfo> seen)
            throws IOException, InterruptedException {
        progress.at("starting "
                + String.join(", ", specs.stream().map(ServerSpec::name).toList()));
        List<Server> servers = fleet.of(specs, workload.setup());
        for (int i = 0; i < servers.size(); i++) {
            seen.accept(Versions.of(specs.get(i), servers.get(i).target()));
        }
        var sessions = new ArrayList<Workload.Session>();
        for (Server server : servers) {
            progress.at(workload.name() + " " + server.target().name() + ": preparing");
            sessions.add(columns.get(server.target().name()).meter.count(server, false, () -> begin(workload, server)));
        }
        for (int round = 1 - options.warmUps(workload); round <= options.rounds(workload); round++) {
            for (int i = 0; i < servers.size(); i++) {
                Server server = servers.get(i);
                String name = server.target().name();
                progress.at(workload.name() + " " + name + ": round " + round);
                Column column = columns.get(name);
                Workload.Session session = sessions.get(i);
                int number = round;
                Rest.await(servers);
                Measured measured = column.meter.count(server, round > 0, () -> played(session, number));
                if (round > 0) {
                    column.add(workload, measured, round);
                    measured.notes().stream()
                            .filter(note -> !notes.contains(note))
                            .forEach(notes::add);
                }
                progress.advance(1);
            }
        }
    }

    /** One round; a prompt whose answer has no text is replaced by another. */
    private static Measured played(Workload.Session session, int round) throws IOException, InterruptedException {
        for (int prompt = 0; prompt < PROMPTS_MAX; prompt++) {
            try {
                return session.round(round + prompt * OTHER_PROMPT);
            } catch (NoTextException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        e.getMessage() + " in round " + round + "; it gets another prompt");
            }
        }
        throw new IOException("no text after " + PROMPTS_MAX + " prompts");
    }

    private Workload.Session begin(Workload workload, Server server) throws IOException, InterruptedException {
        Setup.ModelRole role = workload.setup().model();
        if (!prompts.containsKey(role)) {
            prompts.put(role, Prompts.measure(client, server.target(), options.seed()));
        }
        long seed = options.seed() * 31 + workload.name().hashCode();
        var scene = new Scene(client, server, prompts.get(role), seed, options.quick());
        scene.ask(SingleStream.warmUp(scene));
        return workload.play().begin(scene);
    }

    /** Greedy answers of one model should be as long on every server; where they are not, rates mislead. */
    private static void compareLengths(Map<String, Column> columns, List<String> notes) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        columns.forEach((name, column) -> lengths.put(
                name,
                column.requests.stream()
                        .filter(request -> !request.dropped())
                        .mapToInt(Results.Request::outputTokens)
                        .sum()));
        int least = lengths.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        int most = lengths.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (most > least + least / 20) {
            notes.add("output tokens differ: " + lengths);
        }
    }

    private static Results.WorkloadResult result(Workload workload, Map<String, Column> columns, List<String> notes) {
        var figures = new ArrayList<Results.Figure>();
        for (Metric metric : workload.metrics()) {
            var rounds = new LinkedHashMap<String, List<Double>>();
            columns.forEach((name, column) -> rounds.put(name, column.figures.getOrDefault(metric.name(), List.of())));
            figures.add(new Results.Figure(metric.name(), metric.unit(), metric.higherIsBetter(), rounds));
        }
        var usage = new LinkedHashMap<String, Results.Usage>();
        var requests = new LinkedHashMap<String, List<Results.Request>>();
        var timelines = new LinkedHashMap<String, Results.Timeline>();
        columns.forEach((name, column) -> {
            usage.put(name, column.meter.usage());
            requests.put(name, column.requests);
            if (column.timeline != null) {
                timelines.put(name, column.timeline);
            }
        });
        Setup setup = workload.setup();
        String about = setup.slots() + " slots of " + setup.contextTokens() + " tokens"
                + (setup.model() == Setup.ModelRole.TINY ? ", tiny model" : "")
                + (setup.fresh() ? ", servers started anew" : "");
        return new Results.WorkloadResult(
                workload.name(), workload.about(), about, figures, usage, requests, timelines, List.copyOf(notes));
    }
}
