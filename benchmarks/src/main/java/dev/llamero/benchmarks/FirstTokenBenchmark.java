package dev.llamero.benchmarks;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.llama.OpenModel;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** First-token latency without HTTP: a prompt that is new, and one of which only the last eight tokens are new. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstTokenBenchmark {
    private static final int TAIL = 8;

    @Param({"32", "512"})
    public int promptTokens;

    private final SplittableRandom random = new SplittableRandom(1);
    private OpenModel model;
    private Engine engine;
    private int[] prefix;
    private int[] spare;

    @Setup(Level.Trial)
    public void open() throws InterruptedException {
        model = BenchmarkModel.open();
        engine = BenchmarkModel.engine(model);
        prefix = BenchmarkModel.tokens(model, promptTokens, random);
        spare = BenchmarkModel.tokens(model, 4096, random);
        warmPrefix();
    }

    @TearDown(Level.Trial)
    public void close() {
        engine.close();
        model.close();
    }

    @Benchmark
    public int coldPrompt() throws InterruptedException {
        int[] tokens = new int[promptTokens];
        for (int i = 0; i < promptTokens; i++) {
            tokens[i] = spare[random.nextInt(spare.length)];
        }
        return first(tokens);
    }

    @Benchmark
    public int warmPrefix() throws InterruptedException {
        int[] tokens = prefix.clone();
        for (int i = promptTokens - TAIL; i < promptTokens; i++) {
            tokens[i] = spare[random.nextInt(spare.length)];
        }
        return first(tokens);
    }

    private int first(int[] tokens) throws InterruptedException {
        try (var generation = engine.submit(BenchmarkModel.request("", tokens, 1))) {
            return BenchmarkModel.drain(generation);
        }
    }
}
