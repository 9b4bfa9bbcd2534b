package dev.llamero.benchmarks.load;

import dev.llamero.models.GgmlType;
import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ./llamero bench-model}: writes a random model for workloads where quality does not matter. */
@Command(
        name = "llamero bench-model",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes a GGUF file with random weights in the shape of Qwen3-0.6B: 596 million weights, 151,936 tokens.",
            "It costs what the real model costs and says nothing sensible. The same seed gives the same bytes.",
            "Takes little memory: rows are written one by one.",
            ""
        })
public final class BenchModel implements Callable<Integer> {
    private static final double MIB = 1024 * 1024;

    @Parameters(paramLabel = "FILE", description = "Where to write it, such as qwen3-0.6b-random.gguf.")
    private Path file;

    @Option(
            names = "--weights",
            defaultValue = "Q4_0",
            description = "Q4_0 (340 MB), Q8_0 (638 MB), Q4_1 or F16. Default: ${DEFAULT-VALUE}.")
    private String weights;

    @Option(names = "--layers", defaultValue = "28", description = "Fewer make it smaller. Default: ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--vocabulary",
            defaultValue = "151936",
            description = "Number of tokens. Default: ${DEFAULT-VALUE}.")
    private int vocabulary;

    @Option(names = "--seed", defaultValue = "1", description = "Of the weights. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--force", description = "Replaces a file that is there.")
    private boolean force;

    private final PrintStream console;

    BenchModel(PrintStream console) {
        this.console = console;
    }

    /** Runs the command and exits. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, arguments));
    }

    static int run(PrintStream console, String... arguments) {
        var command = new CommandLine(new BenchModel(console));
        command.setUsageHelpWidth(120).setOut(new java.io.PrintWriter(console, true));
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            console.println("Error: " + failure.getMessage());
            return failure instanceof IllegalArgumentException ? 2 : 1;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        GgmlType type = GgmlType.ofName(weights)
                .orElseThrow(() -> new IllegalArgumentException("--weights " + weights + " is no type of weights"));
        if (Files.exists(file) && !force) {
            throw new IllegalArgumentException(file + " is there already; --force replaces it");
        }
        long began = System.nanoTime();
        ToyShape shape = ToyShape.qwen3With600Million()
                .withWeights(type)
                .withLayers(layers)
                .withVocabulary(vocabulary);
        ToyModel.write(file, shape, seed);
        console.printf("%s: %.0f MiB in %.1f s%n", file, Files.size(file) / MIB, (System.nanoTime() - began) / 1e9);
        return 0;
    }
}
