package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the engine's thread allocates in a step once answers run: an event for each token, and nothing that grows with
 * vocabulary, context or the length of the answer. Bytes are counted, not time, so the figure is the same on a busy
 * machine.
 */
@Timeout(120)
class AllocationTest {
    private static final int CONTEXT = 8_192;
    private static final int WARM_STEPS = 3_000;
    private static final int COUNTED_STEPS = 1_000;

    /** Iterators over the running slots, where the JIT has not removed them: measured 340. */
    private static final int STEP_BYTES_MAX = 512;

    /** A piece, its string and its bytes, and here the tokenizer's bytes: measured 130. */
    private static final int TOKEN_BYTES_MAX = 160;

    /** Steps without any object of its own, and notes at two of them what its thread has allocated so far. */
    private static final class CountingDecoder implements Decoder {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final int cells;
        private final int[] lastToken = new int[64];
        private int steps;
        private long before;
        volatile long counted = -1;

        CountingDecoder(int cells) {
            this.cells = cells;
        }

        @Override
        public Outcome decode(Batch batch) {
            steps++;
            if (steps == WARM_STEPS) {
                before = threads.getCurrentThreadAllocatedBytes();
            } else if (steps == WARM_STEPS + COUNTED_STEPS) {
                counted = threads.getCurrentThreadAllocatedBytes() - before;
            }
            for (int row = 0; row < Math.min(batch.size(), lastToken.length); row++) {
                lastToken[row] = batch.token(row) + batch.position(row);
            }
            return Outcome.DONE;
        }

        @Override
        public void logits(int row, float[] into) {
            Arrays.fill(into, 0, ToyTokenizer.VOCABULARY, 0);
            for (int i = 'a'; i <= 'z'; i++) {
                into[i] = (lastToken[row % lastToken.length] * 31 + i) % 17;
            }
        }

        double bytesPerStep() {
            return (double) counted / COUNTED_STEPS;
        }

        @Override
        public boolean remove(int sequence, int from, int to) {
            return true;
        }

        @Override
        public void copy(int source, int target, int from, int to) {
            throw new IllegalStateException("nothing is shared here");
        }

        @Override
        public void shift(int sequence, int from, int to, int delta) {
            throw new IllegalStateException("nothing is shifted here");
        }

        @Override
        public boolean canShift() {
            return false;
        }

        @Override
        public boolean canRollBack() {
            return true;
        }

        @Override
        public int contextTokens() {
            return cells;
        }

        @Override
        public int sequencesMax() {
            return 8;
        }

        @Override
        public int batchTokensMax() {
            return 256;
        }

        @Override
        public int vocabularySize() {
            return ToyTokenizer.VOCABULARY;
        }

        @Override
        public void abort() {}

        @Override
        public void close() {}
    }

    private static double bytesPerStep(int answers, SamplingSettings sampling) throws InterruptedException {
        var decoder = new CountingDecoder(4 * CONTEXT);
        var limits = new EngineLimits(4, 16, CONTEXT, 0);
        var info = new EngineInfo("fake", CONTEXT, 4, 0, 0);
        try (var engine = new BatchingEngine(
                "allocation",
                decoder,
                EngineTestCase.TOKENIZER,
                info,
                limits,
                EngineTestCase.STEPS,
                Optional.empty(),
                () -> {})) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < answers; i++) {
                generations.add(engine.submit(EngineTestCase.request(i + " is where this prompt begins")
                        .tokensMax(WARM_STEPS + COUNTED_STEPS + 500)
                        .sampling(sampling)
                        .stops("never", "neither")
                        .build()));
            }
            for (Generation generation : generations) {
                EngineTestCase.read(generation);
            }
        }
        assertThat(decoder.counted).isNotNegative();
        return decoder.bytesPerStep();
    }

    @Test
    void aTokenCostsItsEventAndLittleElse() throws InterruptedException {
        SamplingSettings warm = new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.1f, 0.1f, 0.1f, 7);
        for (SamplingSettings sampling : List.of(SamplingSettings.GREEDY, warm)) {
            for (int answers : List.of(1, 4)) {
                assertThat(bytesPerStep(answers, sampling))
                        .as("%d answers, %s", answers, sampling)
                        .isLessThan(STEP_BYTES_MAX + answers * TOKEN_BYTES_MAX);
            }
        }
    }
}
