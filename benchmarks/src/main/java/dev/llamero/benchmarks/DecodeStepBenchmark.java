package dev.llamero.benchmarks;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
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

/** One decode step of several sequences through the binding: batch in, logits out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DecodeStepBenchmark {
    private static final int DEPTH = 128;
    private static final int STEPS_MAX = 512;

    @Param({"1", "4", "8"})
    public int sequences;

    private OpenModel model;
    private Decoder decoder;
    private Batch batch;
    private float[] logits;
    private int[] tokens;
    private int position;

    @Setup(Level.Trial)
    public void open() {
        model = BenchmarkModel.open();
        decoder = model.decoder();
        batch = new Batch(decoder.batchTokensMax());
        logits = new float[decoder.vocabularySize()];
        tokens = BenchmarkModel.tokens(model, DEPTH, new SplittableRandom(1));
        for (int sequence = 0; sequence < sequences; sequence++) {
            batch.clear();
            for (int i = 0; i < DEPTH; i++) {
                batch.add(tokens[i], i, sequence, false);
            }
            decode();
        }
        position = DEPTH;
    }

    @TearDown(Level.Trial)
    public void close() {
        model.close();
    }

    @Benchmark
    public float step() {
        if (position == DEPTH + STEPS_MAX) {
            for (int sequence = 0; sequence < sequences; sequence++) {
                decoder.remove(sequence, DEPTH, -1);
            }
            position = DEPTH;
        }
        batch.clear();
        for (int sequence = 0; sequence < sequences; sequence++) {
            batch.add(tokens[position % DEPTH], position, sequence, true);
        }
        decode();
        position++;
        float sum = 0;
        for (int row = 0; row < sequences; row++) {
            decoder.logits(row, logits);
            sum += logits[0];
        }
        return sum;
    }

    private void decode() {
        if (decoder.decode(batch) != Decoder.Outcome.DONE) {
            throw new IllegalStateException("the cache has no room");
        }
    }
}
