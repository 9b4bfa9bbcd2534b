package dev.llamero.benchmarks.load;

import dev.llamero.benchmarks.report.Machine;
import dev.llamero.benchmarks.report.Results;
import dev.llamero.benchmarks.report.ResultsFolder;
import dev.llamero.benchmarks.report.Table;
import dev.llamero.benchmarks.servers.ServerFile;
import dev.llamero.benchmarks.servers.ServerSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ./llamero compare}: measures servers side by side and writes a folder of results. */
@Command(
        name = "llamero compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures model servers side by side: in each round every server has its turn. Ratios refer to the first",
            "server; absolute figures of different machines are never compared. Prompts are new in each run.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  llamero compare --servers servers.yaml              everything, servers started by their commands",
            "  llamero compare --servers servers.yaml --quick      does everything run? sizes cut to a quarter",
            "  llamero compare -w w1,w5 --rounds 5 \\",
            "      peer=llama-server,http://127.0.0.1:8081,m ours=ollama,http://127.0.0.1:11434,smol",
            "  llamero compare --list                              what the workloads are",
            "benchmarks/servers-example.yaml explains the file of servers."
        })
public final class CompareServers implements Callable<Integer> {
    private static final int ROUNDS_MAX = 200;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME=KIND,URL,MODEL",
            description = "Servers that run already, on this machine. KIND: ollama, llama-server or openai.")
    private List<String> addresses = List.of();

    @Option(
            names = "--servers",
            paramLabel = "FILE",
            description = "YAML or JSON file of servers, with their commands.")
    private Path serverFile;

    @Option(
            names = {"-w", "--workloads"},
            defaultValue = "all",
            description = "Names with commas between; w4 means all that begin so. Default: all.")
    private String workloads;

    @Option(names = "--only", paramLabel = "NAMES", description = "Take only these servers of the file.")
    private String only = "";

    @Option(names = "--rounds", defaultValue = "0", description = "Counted rounds instead of each workload's own.")
    private int rounds;

    @Option(names = "--quick", description = "Sizes cut to a quarter, two rounds: shows that it runs.")
    private boolean quick;

    @Option(names = "--alone", description = "One server at a time, where memory cannot hold all. Not interleaved.")
    private boolean alone;

    @Option(names = "--seed", description = "Seed of all prompts. Default: a new one.")
    private Long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of results. Default: a new one in .llamero.")
    private Path out;

    @Option(names = "--machine", description = "Its short name in the default folder. Default: processor and cores.")
    private String machine = Machine.label();

    @Option(names = "--render", paramLabel = "DIR", description = "Only writes table and charts anew from DIR's JSON.")
    private Path render;

    @Option(names = "--list", description = "Lists the workloads.")
    private boolean list;

    private final PrintStream console;
    private final PrintStream status;

    CompareServers(PrintStream console, PrintStream status) {
        this.console = console;
        this.status = status;
    }

    /** Runs the command and exits: 0 when done, 1 when a server fails, 2 on wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream console, PrintStream status, String... arguments) {
        var command = new CommandLine(new CompareServers(console, status));
        command.setUsageHelpWidth(120);
        command.setOut(new java.io.PrintWriter(console, true)).setErr(new java.io.PrintWriter(status, true));
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            boolean usage = failure instanceof IllegalArgumentException;
            status.println("Error: " + failure.getMessage());
            return usage ? 2 : 1;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            Workloads.all().forEach(each -> console.println(each.name() + ": " + each.about()));
            return 0;
        }
        if (render != null) {
            console.print(Table.of(ResultsFolder.render(render)));
            return 0;
        }
        if (rounds < 0 || rounds > ROUNDS_MAX) {
            throw new IllegalArgumentException("--rounds must be 1 to " + ROUNDS_MAX);
        }
        List<Workload> chosen = Workloads.named(workloads);
        ServerFile servers = servers();
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Path folder = out != null ? out : Path.of(".llamero", "compare", started.substring(0, 10) + "-" + machine);
        Results results = measure(servers, chosen, folder, started);
        ResultsFolder.write(folder, results);
        console.println("\nTable, charts and all samples: " + folder);
        return 0;
    }

    private ServerFile servers() throws IOException {
        var specs = new ArrayList<ServerSpec>();
        ServerFile file = serverFile == null ? new ServerFile(Map.of(), List.of()) : ServerFile.read(serverFile);
        List<String> wanted = only.isEmpty() ? List.of() : List.of(only.split(","));
        for (String name : wanted) {
            if (file.servers().stream().noneMatch(each -> each.name().equals(name))) {
                throw new IllegalArgumentException("--only: the file has no server " + name);
            }
        }
        file.servers().stream()
                .filter(each -> wanted.isEmpty() || wanted.contains(each.name()))
                .forEach(specs::add);
        addresses.forEach(text -> specs.add(ServerSpec.parse(text)));
        if (specs.isEmpty()) {
            throw new IllegalArgumentException(
                    "no server is named. Give --servers FILE, or NAME=KIND,URL,MODEL; --help shows examples");
        }
        if (specs.stream().map(ServerSpec::name).distinct().count() < specs.size()) {
            throw new IllegalArgumentException("two servers have the same name");
        }
        return new ServerFile(file.models(), List.copyOf(specs));
    }

    private Results measure(ServerFile servers, List<Workload> chosen, Path folder, String started)
            throws IOException, InterruptedException {
        Path logs = Files.createDirectories(folder.resolve("logs"));
        Path data = Files.createTempDirectory("llamero-compare");
        var options = new Comparison.Options(rounds, quick, alone, seed != null ? seed : System.nanoTime() % 1_000_000);
        boolean terminal = System.console() != null;
        var progress = new Progress(
                status, terminal, options.steps(chosen, servers.servers().size()));
        var infos = new LinkedHashMap<String, Results.ServerInfo>();
        servers.servers()
                .forEach(each -> infos.put(
                        each.name(),
                        new Results.ServerInfo(each.name(), each.kind().label(), "", Versions.settings(each))));
        var done = new ArrayList<Results.WorkloadResult>();
        var fleet = new Fleet(servers, data, logs);
        var ending = new Thread(fleet::close, "end servers");
        Runtime.getRuntime().addShutdownHook(ending);
        try (fleet;
                var client = new StreamClient()) {
            var comparison = new Comparison(servers, fleet, client, options, progress);
            for (Workload workload : chosen) {
                done.add(comparison.run(workload, info -> infos.put(info.name(), info)));
                progress.pause();
                Results sofar = results(started, options, infos, done);
                if (done.size() == 1) {
                    console.print(Table.header(sofar));
                }
                console.print(Table.rows(sofar, done.getLast()));
                done.getLast().notes().forEach(note -> status.println("  note: " + note));
                // What is measured is kept, also if a later workload fails.
                ResultsFolder.write(folder, sofar);
            }
        } finally {
            fleet.close();
            forget(ending);
            Scratch.delete(data);
        }
        return results(started, options, infos, done);
    }

    private static void forget(Thread ending) {
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // Ctrl-C: the hook runs already and ends the servers.
            Thread.currentThread().interrupt();
        }
    }

    private Results results(
            String started,
            Comparison.Options options,
            Map<String, Results.ServerInfo> infos,
            List<Results.WorkloadResult> done) {
        String command = "./llamero compare -w " + workloads + (quick ? " --quick" : "") + (alone ? " --alone" : "")
                + (rounds > 0 ? " --rounds " + rounds : "") + " --seed " + options.seed();
        return new Results(
                started,
                command,
                quick,
                options.seed(),
                Machine.describe(),
                List.copyOf(infos.values()),
                List.copyOf(done));
    }
}
