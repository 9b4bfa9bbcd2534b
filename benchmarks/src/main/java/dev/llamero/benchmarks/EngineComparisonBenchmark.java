package dev.llamero.benchmarks;

import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.kherud.KherudEngine;
import dev.llamero.inference.kherud.KherudSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
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

/**
 * The two engines on one model: a short greedy answer of 64 tokens, whole. Needs a model that both know, named by
 * {@code llamero.benchmark.model}: SmolLM2, Llama 3, Qwen2.5; not Qwen3.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EngineComparisonBenchmark {
    private static final String PROMPT = "Once upon a time there was a river that";
    private static final int TOKENS = 64;

    @Param({"llama", "kherud"})
    public String engineName;

    private OpenModel model;
    private Engine engine;
    private int[] tokens;

    @Setup(Level.Trial)
    public void open() throws IOException {
        if (engineName.equals("llama")) {
            model = BenchmarkModel.open();
            engine = BenchmarkModel.engine(model);
        } else {
            engine = new KherudEngine(kherudSettings(BenchmarkModel.file()));
        }
        tokens = engine.tokenizer().encode(PROMPT, true, true);
    }

    private static KherudSettings kherudSettings(Path file) throws IOException {
        GgufFile header = GgufFile.read(file);
        return new KherudSettings(
                file,
                BenchmarkModel.CONTEXT_TOKENS,
                BenchmarkModel.PARALLEL,
                64,
                Runtime.getRuntime().availableProcessors(),
                0,
                header.array("tokenizer.ggml.tokens").orElseThrow().size(),
                header.architecture());
    }

    @TearDown(Level.Trial)
    public void close() {
        engine.close();
        if (model != null) {
            model.close();
        }
    }

    @Benchmark
    public int answer() throws InterruptedException {
        try (var generation = engine.submit(BenchmarkModel.request(PROMPT, tokens, TOKENS))) {
            return BenchmarkModel.drain(generation);
        }
    }
}
