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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine's thread allocates per token with llama.cpp behind it: calls into the library included. */
@Tag("native")
@Timeout(120)
class AllocationOnLlamaTest {
    private static final int WARM_TOKENS = 1_000;
    private static final int COUNTED_TOKENS = 800;

    /** Measured about 800; one array as long as this small model's vocabulary would be 2,064. */
    private static final int BYTES_MAX = 1_600;

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

    private static BatchingEngine open() {
        OpenModel model = TestModels.runtime()
                .open(TestModels.toy(), TestModels.settings(2 * WARM_TOKENS + COUNTED_TOKENS, 4), LoadProgress.NONE);
        return new BatchingEngine(
                "counted",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(1, 8, model.info().contextTokens(), 0),
                StepSettings.of(model.info()).withDraftTokensMax(0),
                Optional.empty(),
                model);
    }

    @Test
    void aTokenCostsNoMoreThanItsEventAndAFewCalls() throws InterruptedException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var sampling = new SamplingSettings(0.8f, 40, 0.9f, 0.01f, 1, 64, 1.1f, 0.1f, 0.1f, 7);
        try (BatchingEngine engine = open()) {
            int[] prompt = engine.tokenizer().encode("the fox", false, true);
            Generation generation = engine.submit(new GenerationRequest(
                    "test",
                    "the fox",
                    prompt,
                    sampling,
                    List.of("never"),
                    WARM_TOKENS + COUNTED_TOKENS + 100,
                    4,
                    false,
                    -1,
                    () -> new Endless(engine.tokenizer()),
                    ""));
            long id = engineThread();
            long before = 0;
            int pieces = 0;
            while (generation.next() instanceof TokenEvent.Piece && pieces < WARM_TOKENS + COUNTED_TOKENS) {
                pieces++;
                before = pieces == WARM_TOKENS ? threads.getThreadAllocatedBytes(id) : before;
            }
            assertThat(pieces).isEqualTo(WARM_TOKENS + COUNTED_TOKENS);
            long bytes = threads.getThreadAllocatedBytes(id) - before;
            assertThat(bytes / COUNTED_TOKENS).isLessThan(BYTES_MAX);
        }
    }
}
