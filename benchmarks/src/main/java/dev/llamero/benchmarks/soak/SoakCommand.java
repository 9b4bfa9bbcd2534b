package dev.llamero.benchmarks.soak;

import dev.llamero.benchmarks.load.Progress;
import dev.llamero.benchmarks.load.Scratch;
import dev.llamero.benchmarks.servers.Server;
import dev.llamero.benchmarks.servers.ServerKind;
import dev.llamero.benchmarks.servers.ServerSpec;
import dev.llamero.benchmarks.servers.Setup;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ./llamero soak}: a long run of mixed requests on a server of its own. */
@Command(
        name = "llamero soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a model server, sends it mixed requests (chat, generate, tools, format, vectors, lists, errors) of"
                    + " which clients drop a fifth at random times, with two models loaded and unloaded on the way."
                    + " Afterwards no thread, memory or conversation's place may be missing, and greedy answers must be"
                    + " those of a fresh server.",
            "Exit code 0 if all is well, 1 with one line per finding if not.",
            ""
        })
public final class SoakCommand implements Callable<Integer> {
    private static final int PLACES = 4;
    private static final int CONTEXT = 2048;
    private static final String TINY = "tiny-qwen3";
    private static final String TOY = "toy";

    @Option(names = "--requests", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(names = "--clients", defaultValue = "8", description = "At once. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--seed", defaultValue = "1", description = "Of the traffic. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--growth-mib",
            defaultValue = "64",
            description = "Growth of memory that is no finding, such as compiled code. Default: ${DEFAULT-VALUE}.")
    private long growthMib;

    @Option(names = "--embedder", paramLabel = "GGUF", description = "A model for vectors; else they must be refused.")
    private Path embedder;

    private final List<String> server;
    private final Path tinyModel;
    private final PrintStream console;

    /**
     * @param server command that starts the server under test, with placeholders
     * @param tinyModel file of the built-in model
     */
    SoakCommand(List<String> server, Path tinyModel, PrintStream console) {
        this.server = server;
        this.tinyModel = tinyModel;
        this.console = console;
    }

    /** Runs the command on the launcher's own server. */
    public static void main(String[] arguments) {
        Path root = Path.of(System.getProperty("llamero.root", "")).toAbsolutePath();
        List<String> server = new ArrayList<>(List.of(root.resolve("llamero").toString(), "serve"));
        server.addAll(serverArguments());
        System.exit(run(server, root.resolve("models/tiny-qwen3/tiny-qwen3.gguf"), System.out, arguments));
    }

    /** One thread per model: small models gain nothing by more, and threads that spin starve each other. */
    static List<String> serverArguments() {
        return List.of(
                "--models",
                "{data}/models",
                "--ollama-models",
                "{data}/store",
                "--port",
                "{port}",
                "--num-ctx",
                "{context}",
                "--num-parallel",
                "{slots}",
                "--num-thread",
                "1",
                "--log-level",
                "warn");
    }

    static int run(List<String> server, Path tinyModel, PrintStream console, String... arguments) {
        var command = new CommandLine(new SoakCommand(server, tinyModel, console));
        command.setUsageHelpWidth(120).setOut(new java.io.PrintWriter(console, true));
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            console.println("Error: " + failure.getMessage());
            return failure instanceof IllegalArgumentException ? 2 : 1;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (requests < 20 || clients < 1 || clients > 200) {
            throw new IllegalArgumentException("--requests must be at least 20, --clients 1 to 200");
        }
        Path folder = Files.createTempDirectory("llamero-soak");
        try {
            return soak(folder);
        } finally {
            Scratch.delete(folder);
        }
    }

    private int soak(Path folder) throws IOException, InterruptedException {
        List<String> models = models(folder.resolve("used/models"));
        models(folder.resolve("fresh/models"));
        String vectors = embedder == null ? "" : "embedder";
        var traffic = new Traffic(seed, List.of(TINY, TOY), vectors);
        var findings = new ArrayList<String>();
        Soak.Outcome outcome;
        Map<String, String> used;
        var progress = new Progress(System.err, System.console() != null, requests);
        try (Server running = open(folder.resolve("used"))) {
            var ending = new Thread(running::close, "end server");
            Runtime.getRuntime().addShutdownHook(ending);
            var soak = new Soak(running.target(), traffic, new ServerAtRest(running, models), progress);
            outcome = soak.run(requests, clients, growthMib << 20);
            progress.pause();
            findings.addAll(outcome.findings());
            findings.addAll(Answers.missingPlaces(running.target(), TINY, PLACES));
            used = Answers.greedy(running.target(), TINY);
            Runtime.getRuntime().removeShutdownHook(ending);
        }
        try (Server fresh = open(folder.resolve("fresh"))) {
            findings.addAll(Answers.differences(Answers.greedy(fresh.target(), TINY), used));
        }
        console.println("requests: " + outcome.counts());
        console.println("at rest, after the first tenth: " + outcome.first());
        console.println("at rest, at the end:            " + outcome.last());
        findings.forEach(finding -> console.println("FINDING " + finding));
        console.println(findings.isEmpty() ? "nothing is missing" : findings.size() + " findings, seed " + seed);
        return findings.isEmpty() ? 0 : 1;
    }

    private List<String> models(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (!Files.isRegularFile(tinyModel)) {
            throw new IllegalArgumentException("the built-in model is missing: " + tinyModel);
        }
        Files.createSymbolicLink(folder.resolve(TINY + ".gguf"), tinyModel.toAbsolutePath());
        ToyModel.write(folder.resolve(TOY + ".gguf"), 1);
        if (embedder == null) {
            return List.of(TINY, TOY);
        }
        Files.createSymbolicLink(folder.resolve("embedder.gguf"), embedder.toAbsolutePath());
        return List.of(TINY, TOY, "embedder");
    }

    private Server open(Path data) throws IOException, InterruptedException {
        var spec = new ServerSpec(
                "server",
                ServerKind.OLLAMA,
                Optional.empty(),
                TINY,
                server,
                Map.of(
                        "LLAMERO_SUPERVISED",
                        "1",
                        "LLAMERO_CACHE_DIRECTORY",
                        "{data}/cache",
                        "LLAMERO_HEAP",
                        "256m",
                        // A heap that is whole from the start leaves other memory alone to be compared.
                        "JAVA_TOOL_OPTIONS",
                        "-Xms256m -XX:+AlwaysPreTouch"),
                Optional.empty(),
                ServerSpec.ModelSupply.ITS_OWN,
                "");
        var setup = new Setup(Setup.ModelRole.TINY, PLACES, CONTEXT, false, false);
        return Server.open(spec, setup, tinyModel, data, data.resolve("server.log"));
    }
}
