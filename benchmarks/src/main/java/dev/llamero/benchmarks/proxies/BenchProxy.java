package dev.llamero.benchmarks.proxies;

import dev.llamero.benchmarks.load.Progress;
import dev.llamero.benchmarks.report.Machine;
import dev.llamero.benchmarks.report.Results;
import dev.llamero.benchmarks.report.ResultsFolder;
import dev.llamero.benchmarks.report.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ./llamero bench-proxy}: what proxies cost, in turns against one instant model server. */
@Command(
        name = "llamero bench-proxy",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures proxies side by side in front of a model server that answers at once: direct, Caddy (if it is",
            "installed) and Llamero with key check, ids, access line and translation on. In each round each has its"
                    + " turn.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  llamero bench-proxy",
            "  llamero bench-proxy --quick",
            "  llamero bench-proxy --peer 'GoModel=env PORT={port} VLLM_BASE_URL={upstream}/v1 gomodel'",
            "  llamero bench-proxy --upstream-port 11900 --peer nginx=http://127.0.0.1:8088"
        })
public final class BenchProxy implements Callable<Integer> {
    @Option(
            names = "--peer",
            paramLabel = "NAME=COMMAND|URL",
            description = "One more proxy: a command with {port} and {upstream}, or the address of one that runs.")
    private List<String> peers = List.of();

    @Option(names = "--rounds", defaultValue = "5", description = "Counted rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "Of each turn. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            paramLabel = "SECONDS",
            description = "Of load on each before anything counts. Default: ${DEFAULT-VALUE}.")
    private double warmUp;

    @Option(names = "--clients", defaultValue = "1,10,100", split = ",", description = "At once. Default: 1,10,100.")
    private List<Integer> clients;

    @Option(names = "--chunks", defaultValue = "10", description = "Pieces per stream. Default: ${DEFAULT-VALUE}.")
    private int chunks;

    @Option(
            names = "--pace",
            defaultValue = "0",
            paramLabel = "MILLIS",
            description = "Pause before each piece. Default: none.")
    private long pace;

    @Option(names = "--upstream-port", defaultValue = "0", description = "Of the model server. Default: a free one.")
    private int upstreamPort;

    @Option(names = "--no-caddy", description = "Leave Caddy out.")
    private boolean noCaddy;

    @Option(names = "--quick", description = "One short round: shows that it runs, not how fast.")
    private boolean quick;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of results. Default: a new one in .llamero.")
    private Path out;

    private final PrintStream console;
    private final PrintStream status;

    private BenchProxy(PrintStream console, PrintStream status) {
        this.console = console;
        this.status = status;
    }

    /** Runs the command and exits: 0 when done, 1 when a proxy fails, 2 on wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream console, PrintStream status, String... arguments) {
        var command = new CommandLine(new BenchProxy(console, status));
        command.setUsageHelpWidth(120);
        command.setOut(new PrintWriter(console, true)).setErr(new PrintWriter(status, true));
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            status.println("Error: " + failure.getMessage());
            return failure instanceof IllegalArgumentException ? 2 : 1;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1
                || seconds <= 0
                || warmUp < 0
                || chunks < 1
                || clients.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("--rounds, --seconds, --chunks and --clients must be above zero");
        }
        if (quick) {
            rounds = 1;
            seconds = Math.min(seconds, 0.3);
            warmUp = Math.min(warmUp, 0.3);
        }
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Path folder = out != null
                ? out
                : Path.of(".llamero", "bench-proxy", started.substring(0, 10) + "-" + Machine.label());
        Path scratch = Files.createDirectories(folder.resolve("logs")).toAbsolutePath();
        try (var upstream = new InstantUpstream(upstreamPort, chunks, Duration.ofMillis(pace))) {
            List<Contender.Plan> plans = plans(upstream.port());
            var rule = new ProxyRounds.Rule(rounds, millis(seconds), millis(warmUp), clients, chunks);
            boolean terminal = System.console() != null;
            var progress = new Progress(status, terminal, rule.steps(plans.size()));
            List<Contender> running = new ArrayList<>();
            var ending = new Thread(() -> running.forEach(Contender::close), "end proxies");
            Runtime.getRuntime().addShutdownHook(ending);
            try {
                for (Contender.Plan plan : plans) {
                    running.add(Contender.open(plan, upstream.port(), scratch.resolve(plan.name())));
                }
                List<Results.WorkloadResult> measured = new ProxyRounds(running, rule, progress).measure();
                progress.pause();
                Results results = results(started, plans, measured);
                ResultsFolder.write(folder, results);
                console.print(Table.of(results));
            } finally {
                running.forEach(Contender::close);
            }
        }
        console.println("\nTable, chart and all rounds: " + folder);
        return 0;
    }

    /** The first is what ratios refer to: Caddy where it is, as the thing to replace. */
    private List<Contender.Plan> plans(int port) {
        var plans = new ArrayList<Contender.Plan>();
        if (!noCaddy) {
            Contenders.caddy()
                    .ifPresentOrElse(plans::add, () -> status.println("note: no caddy on the PATH, so it is left out"));
        }
        plans.add(Contenders.direct(port));
        plans.add(Contenders.ours());
        peers.forEach(text -> plans.add(Contenders.peer(text)));
        if (plans.stream().map(Contender.Plan::name).distinct().count() < plans.size()) {
            throw new IllegalArgumentException("two proxies have the same name");
        }
        return plans;
    }

    private Results results(String started, List<Contender.Plan> plans, List<Results.WorkloadResult> measured) {
        List<Results.ServerInfo> servers = plans.stream()
                .map(plan ->
                        new Results.ServerInfo(plan.name(), plan.command().isEmpty() ? "running" : "proxy", "", ""))
                .toList();
        String command = "./llamero bench-proxy --rounds " + rounds + " --seconds " + seconds + " --warm-up " + warmUp
                + " --chunks " + chunks;
        return new Results(started, command, quick, 0, Machine.describe(), servers, measured);
    }

    private static Duration millis(double time) {
        return Duration.ofMillis(Math.max(1, Math.round(time * 1000)));
    }
}
