package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.StepSettings;
import dev.llamero.inference.engine.TokenConstraint;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.engine.Tokenizer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The engine's thread makes no object per token with llama.cpp behind it, calls into the library included. The least of
 * many windows counts: an answer's arrays grow seldom, and a token's bytes are kept when it is first seen.
 */
@Tag("native")
@Timeout(120)
class AllocationOnLlamaTest {
    /** Of all answers together. */
    private static final int CONTEXT = 2_048;

    private static final int WINDOW_TOKENS = 50;

    /** Everything but an end. */
    private record Endless(Tokenizer tokenizer) implements TokenConstraint {
        @Override
        public boolean allows(int token) {
            return !tokenizer.endsGeneration(token);
        }

        @Override
        public void mask(float[] logits) {
            for (int token = 0; token < tokenizer.vocabularySize(); token++) {
                logits[token] = allows(token) ? logits[token] : Float.NEGATIVE_INFINITY;
            }
        }

        @Override
        public void accept(int token) {}

        @Override
        public void close() {}
    }

    private static long engineThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("engine-counted"))
                .findFirst()
                .orElseThrow()
                .threadId();
    }

    private static BatchingEngine open(int answers, int draftTokensMax) {
        OpenModel model = TestModels.runtime()
                .open(TestModels.toy(), TestModels.settings(CONTEXT, answers + 1), LoadProgress.NONE);
        return new BatchingEngine(
                "counted",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(answers, 8, CONTEXT / answers, 0),
                StepSettings.of(model.info()).withDraftTokensMax(draftTokensMax),
                Optional.empty(),
                model);
    }

    /** Bytes that the engine's thread allocated in the best window, over as many tokens for few answers as for many. */
    private static long least(
            BatchingEngine engine, int answers, SamplingSettings sampling, Supplier<TokenConstraint> constraint)
            throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < answers; round++) {
            least = Math.min(least, leastOfRound(engine, answers, sampling, constraint));
        }
        return least;
    }

    private static long leastOfRound(
            BatchingEngine engine, int answers, SamplingSettings sampling, Supplier<TokenConstraint> constraint)
            throws InterruptedException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < answers; i++) {
            String prompt = i + " the fox";
            generations.add(engine.submit(new GenerationRequest(
                    "test",
                    prompt,
                    engine.tokenizer().encode(prompt, false, true),
                    sampling,
                    List.of("never"),
                    CONTEXT / answers - 40,
                    4,
                    false,
                    -1,
                    constraint,
                    "")));
        }
        long id = engineThread();
        long least = Long.MAX_VALUE;
        long before = 0;
        int pieces = 0;
        while (nextOfAll(generations)) {
            pieces++;
            if (pieces % WINDOW_TOKENS == 0) {
                long now = threads.getThreadAllocatedBytes(id);
                least = pieces == WINDOW_TOKENS ? least : Math.min(least, now - before);
                before = now;
            }
        }
        generations.forEach(Generation::close);
        assertThat(pieces).isGreaterThan(CONTEXT / answers / 2);
        return least;
    }

    private static boolean nextOfAll(List<Generation> generations) throws InterruptedException {
        boolean pieces = true;
        for (Generation generation : generations) {
            pieces &= generation.next() instanceof TokenEvent.Piece;
        }
        return pieces;
    }

    @Test
    void aTokenMakesNoObject() throws InterruptedException {
        var penalties = new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.1f, 0.1f, 0.1f, 7);
        for (int answers : List.of(1, 4)) {
            try (BatchingEngine engine = open(answers, 0)) {
                for (SamplingSettings sampling : List.of(SamplingSettings.DEFAULTS, penalties)) {
                    assertThat(least(engine, answers, sampling, () -> new Endless(engine.tokenizer())))
                            .as("%d answers, %s", answers, sampling)
                            .isZero();
                }
            }
        }
    }
}
