package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps that carry answers and prompts keep the time that was set, on a machine whose costs the test invents. */
@Timeout(60)
class TargetItlTest {
    private static final int UBATCH = 512;
    private static final long ROW = 1_000_000;
    private static final long STEP = 5_000_000;
    private static final Duration TARGET = Duration.ofMillis(200);

    private final FakeDecoder decoder = new FakeDecoder(12_000, 8, UBATCH, Script.endless());
    private final FakeClock clock = new FakeClock();
    private final StepGate gate = new StepGate();
    private final List<Long> costs = new ArrayList<>();

    private BatchingEngine engine(Duration target) {
        decoder.beforeStep = batch -> {
            gate.apply(batch);
            long cost = STEP + batch.size() * ROW;
            costs.add(cost);
            clock.pass(cost);
            return null;
        };
        return EngineTestCase.engine(
                decoder, new EngineLimits(4, 10, 6000, 0), EngineTestCase.STEPS.withTargetItl(target), clock);
    }

    /** A stream runs when a long prompt comes; gives the costs of the steps that carry both. */
    private List<Long> mixedSteps(Duration target) throws InterruptedException {
        try (BatchingEngine engine = engine(target)) {
            Generation stream = engine.submit(
                    EngineTestCase.request("stream").tokensMax(400).build());
            gate.awaitArrival();
            Generation other = engine.submit(
                    EngineTestCase.request("p".repeat(3000)).tokensMax(1).build());
            gate.open();
            EngineTestCase.read(other);
            EngineTestCase.read(stream);
        }
        List<Long> mixed = new ArrayList<>();
        for (int i = 0; i < decoder.steps.size(); i++) {
            long prompts = decoder.steps.get(i).stream()
                    .filter(row -> row.token() == 'p')
                    .count();
            if (prompts > 0 && decoder.steps.get(i).size() > prompts) {
                mixed.add(costs.get(i));
            }
        }
        return mixed;
    }

    @Test
    void stepsBesideAStreamStayWithinTheTargetAndNearIt() throws InterruptedException {
        List<Long> mixed = mixedSteps(TARGET);
        assertThat(mixed).allMatch(cost -> cost <= TARGET.toNanos());
        assertThat(mixed.subList(4, mixed.size() - 1)).allMatch(cost -> cost >= TARGET.toNanos() / 2);
        assertThat(decoder.steps).allMatch(step -> step.size() <= 192 + 1);
    }

    @Test
    void aLongerTargetTakesTheWholeUbatch() throws InterruptedException {
        mixedSteps(Duration.ofSeconds(10));
        assertThat(decoder.steps).anyMatch(step -> step.size() == UBATCH);
    }

    @Test
    void aTargetThatCannotBeHeldStillLetsThePromptGoOn() throws InterruptedException {
        List<Long> mixed = mixedSteps(Duration.ofNanos(1));
        assertThat(mixed).isNotEmpty().allMatch(cost -> cost <= 2 * (STEP + 64 * ROW));
    }

    @Test
    void aPromptAloneTakesWholeUbatches() throws InterruptedException {
        gate.open();
        try (BatchingEngine engine = engine(Duration.ofMillis(1))) {
            EngineTestCase.read(engine.submit(
                    EngineTestCase.request("p".repeat(1500)).tokensMax(1).build()));
        }
        assertThat(decoder.steps).extracting(List::size).containsExactly(UBATCH, UBATCH, 1500 - 2 * UBATCH);
    }
}
