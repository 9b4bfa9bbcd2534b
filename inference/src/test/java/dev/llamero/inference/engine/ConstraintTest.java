package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Structured output: the constraint is asked, masks only when it refuses, and sees every token. */
@Timeout(60)
class ConstraintTest {
    /** Allows some letters; counts what it was asked. */
    private static final class RecordingConstraint implements TokenConstraint {
        private final String allowed;
        private final List<Integer> accepted = new ArrayList<>();
        private int masks;
        private volatile boolean closed;

        RecordingConstraint(String allowed) {
            this.allowed = allowed;
        }

        @Override
        public boolean allows(int token) {
            return allowed.indexOf(token) >= 0;
        }

        @Override
        public void mask(float[] logits) {
            masks++;
            for (int i = 0; i < logits.length; i++) {
                logits[i] = allows(i) ? logits[i] : Float.NEGATIVE_INFINITY;
            }
        }

        @Override
        public void accept(int token) {
            accepted.add(token);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final FakeDecoder decoder = new FakeDecoder(256, 4, 16, Script.answer("?", "abxbay"));

    private EngineTestCase.Answer run(RecordingConstraint constraint, SamplingSettings sampling)
            throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            return read(engine.submit(request("?")
                    .tokensMax(6)
                    .sampling(sampling)
                    .constraint(() -> constraint)
                    .build()));
        }
    }

    @Test
    void masksOnlyWhereTheFreeChoiceIsRefused() throws InterruptedException {
        RecordingConstraint constraint = new RecordingConstraint("ab");
        EngineTestCase.Answer answer = run(constraint, SamplingSettings.GREEDY);
        assertThat(answer.text()).matches("ab[ab]ba[ab]");
        assertThat(constraint.masks).isEqualTo(2);
        assertThat(constraint.accepted).isEqualTo(answer.text().chars().boxed().toList());
        assertThat(constraint.closed).isTrue();
    }

    @Test
    void holdsForSampledTokensToo() throws InterruptedException {
        SamplingSettings hot = new SamplingSettings(3, 10, 0.9f, 0, 1, 64, 1.2f, 0, 0, 9);
        EngineTestCase.Answer answer = run(new RecordingConstraint("xyz"), hot);
        assertThat(answer.text()).matches("[xyz]{6}");
    }

    @Test
    void aConstraintThatRefusesAllFailsItsGenerationOnly() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            RecordingConstraint constraint = new RecordingConstraint("");
            TokenEvent end = read(engine.submit(
                            request("?").constraint(() -> constraint).build()))
                    .end();
            assertThat(end)
                    .isInstanceOfSatisfying(
                            TokenEvent.Failure.class,
                            failure -> assertThat(failure.cause()).hasMessageContaining("no token may follow"));
            assertThat(constraint.closed).isTrue();
            assertThat(read(engine.submit(request("?").build())).text()).isEqualTo("abxbay");
        }
    }

    @Test
    void aConstraintThatCannotBeMadeFailsItsGenerationOnly() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            TokenEvent end = read(engine.submit(request("?")
                            .constraint(() -> {
                                throw new IllegalArgumentException("bad grammar");
                            })
                            .build()))
                    .end();
            assertThat(end)
                    .isInstanceOfSatisfying(
                            TokenEvent.Failure.class,
                            failure -> assertThat(failure.cause()).hasMessageContaining("bad grammar"));
            assertThat(read(engine.submit(request("?").build())).text()).isEqualTo("abxbay");
        }
    }
}
