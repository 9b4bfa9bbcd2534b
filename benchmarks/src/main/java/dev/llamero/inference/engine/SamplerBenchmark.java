package dev.llamero.inference.engine;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One token's choice over Qwen3's vocabulary: greedy, Ollama's defaults, and with penalties and typical_p. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {
    private static final int VOCABULARY = 151_936;

    @Param({"greedy", "defaults", "everything"})
    public String chain;

    private final float[] model = new float[VOCABULARY];
    private final float[] logits = new float[VOCABULARY];
    private final Candidates candidates = new Candidates();
    private Sampler sampler;

    @Setup
    public void fill() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < VOCABULARY; i++) {
            model[i] = (float) (random.nextGaussian() * 3);
        }
        sampler = new Sampler(
                switch (chain) {
                    case "greedy" -> SamplingSettings.GREEDY;
                    case "defaults" -> new SamplingSettings(0.8f, 40, 0.9f, 0, 1, 64, 1, 0, 0, 1);
                    default -> new SamplingSettings(0.8f, 0, 0.9f, 0.05f, 0.95f, 64, 1.1f, 0.1f, 0.1f, 1);
                },
                VOCABULARY,
                4096);
    }

    @Benchmark
    public int choose() {
        // A step's logits are copied out of native memory, so the copy belongs to the figure.
        System.arraycopy(model, 0, logits, 0, VOCABULARY);
        int token = sampler.choose(logits, VOCABULARY, candidates, null);
        sampler.accept(token);
        return token;
    }
}
