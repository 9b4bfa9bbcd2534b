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

/** Finding the longest cached prefix of a prompt among 32 cached conversations that share a system prompt. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PrefixMatchBenchmark {
    private static final int CONVERSATIONS = 32;

    @Param({"1000", "16000"})
    public int commonTokens;

    private final TokenList[] cached = new TokenList[CONVERSATIONS];
    private TokenList prompt;

    @Setup
    public void fill() {
        var random = new SplittableRandom(1);
        int[] tokens = random.ints(commonTokens + 200, 0, 151_936).toArray();
        for (int i = 0; i < CONVERSATIONS; i++) {
            int[] own = tokens.clone();
            own[commonTokens + i] = -1;
            cached[i] = new TokenList(own);
        }
        prompt = new TokenList(tokens);
    }

    @Benchmark
    public int longest() {
        int longest = 0;
        for (TokenList each : cached) {
            longest = Math.max(longest, each.commonPrefix(prompt));
        }
        return longest;
    }
}
