package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A step makes no object once answers run: not on the engine's thread and not on those that sample beside it, where
 * tokens are handed out. Bytes are counted, not time, so the figure is the same on a busy machine; the least of many
 * windows counts, since arrays that grow with an answer grow seldom, and the JIT makes objects of its own while it is
 * not done.
 */
@Timeout(180)
class AllocationTest {
    private static final int CONTEXT = 1 << 17;
    private static final int ANSWERS_MAX = 8;
    private static final int STEPS_WARM = 1_500;
    private static final int STEPS_PER_WINDOW = 250;
    private static final int WINDOWS = 14;
    private static final int STEPS = STEPS_WARM + STEPS_PER_WINDOW * WINDOWS;

    private static final SamplingSettings PENALTIES =
            new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.1f, 0.1f, 0.1f, 7);

    /** How the decoder behaves: what follows a token, and what a row beside the first costs. */
    private enum Text {
        /** Everything repeats and rows are nearly free: drafts are long and hold. */
        REPEATS,
        /** Runs of tokens repeat and go on otherwise: drafts fail. */
        WANDERS,
        /** Nothing that pays is ever guessed. */
        DEAR
    }

    /** Steps without any object of its own; at the ends of windows it notes what the threads have allocated so far. */
    private static final class CountingDecoder implements Decoder {
        private static final long STEP_NANOS = 1_000_000;

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final int vocabulary;
        private final Text text;
        private final int[] tokens = new int[1024];
        private final int[] positions = new int[1024];
        private final long[] samplers;
        private final float[] base;
        private final AtomicIntegerArray charactersRead = new AtomicIntegerArray(ANSWERS_MAX);
        private int steps;
        private long clock;
        private long before;
        private volatile long least = Long.MAX_VALUE;

        CountingDecoder(int vocabulary, Text text, long[] samplers) {
            this.vocabulary = vocabulary;
            this.text = text;
            this.samplers = samplers;
            this.base = new float[vocabulary];
            for (int i = 0; i < vocabulary; i++) {
                base[i] = -1 - i;
            }
        }

        private long allocated() {
            long bytes = threads.getCurrentThreadAllocatedBytes();
            for (long sampler : samplers) {
                bytes += sampler == 0 ? 0 : threads.getThreadAllocatedBytes(sampler);
            }
            return bytes;
        }

        @Override
        public Outcome decode(Batch batch) {
            steps++;
            if (steps >= STEPS_WARM && steps <= STEPS && steps % STEPS_PER_WINDOW == 0) {
                long now = allocated();
                least = steps == STEPS_WARM ? least : Math.min(least, now - before);
                before = allocated();
            }
            for (int row = 0; row < batch.size(); row++) {
                awaitReader(batch.sequence(row), batch.position(row));
                tokens[row] = batch.token(row);
                positions[row] = batch.position(row);
            }
            clock += STEP_NANOS + (text == Text.DEAR ? STEP_NANOS : STEP_NANOS / 100) * (batch.size() - 1);
            return Outcome.DONE;
        }

        /** Steps take no time here, so the readers would fall behind, and what waits for them is joined. */
        private void awaitReader(int sequence, int position) {
            while (position > charactersRead.get(sequence) * 3 / 2 + 80) {
                LockSupport.parkNanos(1);
            }
        }

        /** Letters with an umlaut after each, so that characters of two bytes and of one are made. */
        @Override
        public void logits(int row, float[] into) {
            System.arraycopy(base, 0, into, 0, vocabulary);
            into[next(tokens[row], positions[row])] = 10;
        }

        private int next(int token, int position) {
            if (token == 0xC3) {
                return 0xA4;
            }
            if (token != 0xA4) {
                return 0xC3;
            }
            int letter = text == Text.REPEATS ? position / 3 : (position * 0x9E3779B1) >>> 7;
            return 'a' + letter % 26;
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
        public int contextTokens() {
            return ANSWERS_MAX * CONTEXT;
        }

        @Override
        public int sequencesMax() {
            return ANSWERS_MAX;
        }

        @Override
        public int batchTokensMax() {
            return 256;
        }

        @Override
        public int vocabularySize() {
            return vocabulary;
        }

        @Override
        public void close() {}
    }

    private static void sampleThreads(String name, long[] into) {
        int found = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("sampling-" + name)) {
                into[found++] = thread.threadId();
            }
        }
    }

    /** What one step allocated in the best window, and which figures the engine counted. */
    private record Counted(long bytes, Map<EngineFigure, Long> figures) {}

    private static Counted count(int answers, SamplingSettings sampling, Text text, int vocabulary) throws Exception {
        long[] samplers = new long[8];
        var decoder = new CountingDecoder(vocabulary, text, samplers);
        var limits = new EngineLimits(ANSWERS_MAX, 16, CONTEXT, 0);
        var info = new EngineInfo("fake", CONTEXT, ANSWERS_MAX, 0, 0);
        try (var engine = new BatchingEngine(
                        "allocation",
                        decoder,
                        EngineTestCase.TOKENIZER,
                        info,
                        limits,
                        StepSettings.of(info),
                        Optional.empty(),
                        Optional.empty(),
                        () -> {},
                        () -> decoder.clock);
                var readers = Executors.newFixedThreadPool(answers)) {
            sampleThreads("allocation", samplers);
            List<Future<Boolean>> read = new ArrayList<>();
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < answers; i++) {
                Generation generation = engine.submit(EngineTestCase.request(i + " is where this prompt begins")
                        .tokensMax(CONTEXT)
                        .sampling(sampling)
                        .stops("never", "neither")
                        .build());
                generations.add(generation);
                int sequence = i; // Answers begin in their order, and so do the ids of sequences.
                read.add(readers.submit(() -> skip(generation, sequence, decoder.charactersRead)));
            }
            EngineTestCase.await(() -> engine.figures().get(EngineFigure.STEPS) > STEPS);
            generations.forEach(Generation::cancel);
            for (Future<Boolean> each : read) {
                assertThat(each.get()).isTrue();
            }
            return new Counted(decoder.least, engine.figures());
        }
    }

    private static boolean skip(Generation generation, int sequence, AtomicIntegerArray read)
            throws InterruptedException {
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            read.addAndGet(sequence, piece.text().length());
            event = generation.next();
        }
        return event instanceof TokenEvent.Finish;
    }

    @Test
    void aStepOfOneToEightAnswersMakesNoObject() throws Exception {
        for (int answers : List.of(1, 2, 4, 8)) {
            for (SamplingSettings sampling : List.of(SamplingSettings.GREEDY, SamplingSettings.DEFAULTS, PENALTIES)) {
                Counted counted = count(answers, sampling, Text.DEAR, ToyTokenizer.VOCABULARY);
                assertThat(counted.bytes)
                        .as("%d answers, %s", answers, sampling)
                        .isZero();
            }
        }
    }

    @Test
    void aStepWithGuessesMakesNoObject() throws Exception {
        for (int answers : List.of(1, 4)) {
            for (Text text : List.of(Text.REPEATS, Text.WANDERS)) {
                Counted counted = count(answers, SamplingSettings.DEFAULTS, text, ToyTokenizer.VOCABULARY);
                assertThat(counted.bytes).as("%d answers, %s", answers, text).isZero();
                assertThat(counted.figures.get(EngineFigure.TOKENS_DRAFTED)).isPositive();
            }
        }
    }

    @Test
    void samplingBesideTheEnginesThreadMakesNoObject() throws Exception {
        Counted counted = count(8, SamplingSettings.DEFAULTS, Text.DEAR, 1 << 15);
        assertThat(counted.bytes).isZero();
    }
}
