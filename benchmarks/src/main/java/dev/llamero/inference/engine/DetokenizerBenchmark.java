package dev.llamero.inference.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Bytes of a token to text that may be sent: whole characters, outside of stop strings. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DetokenizerBenchmark {
    private static final int TOKENS = 1_000;

    @Param({"english", "chinese"})
    public String language;

    @Param({"0", "3"})
    public int stops;

    private final List<byte[]> tokens = new ArrayList<>();
    private List<String> stopStrings = List.of();

    @Setup
    public void cut() {
        String sentence = language.equals("english") ? "The quick brown fox jumps over. " : "敏捷的棕色狐狸跳过了懒狗😀。";
        byte[] bytes = sentence.repeat(TOKENS).getBytes(StandardCharsets.UTF_8);
        var random = new SplittableRandom(1);
        int at = 0;
        for (int i = 0; i < TOKENS; i++) {
            int length = 1 + random.nextInt(5);
            tokens.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        stopStrings = List.of("<|im_end|>", "\nUser:", "###").subList(0, stops);
    }

    @Benchmark
    @OperationsPerInvocation(TOKENS)
    public int perToken() {
        var detokenizer = new Detokenizer();
        var matcher = new StopMatcher(stopStrings);
        var text = new StringBuilder();
        int sent = 0;
        for (byte[] token : tokens) {
            text.setLength(0);
            detokenizer.accept(token, text);
            if (!text.isEmpty()) {
                matcher.accept(text);
                text.setLength(0);
                matcher.take(text);
                sent += text.length();
            }
        }
        return sent;
    }
}
