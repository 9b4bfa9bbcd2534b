package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddingEngineTest {
    private static final int QUEUE = 3;

    private final FakeEncoder encoder = new FakeEncoder(4, 10);
    private final StepGate gate = new StepGate();
    private final AtomicBoolean modelFreed = new AtomicBoolean();
    private final EmbeddingEngine engine = new EmbeddingEngine(
            "fake",
            encoder,
            new ToyTokenizer(),
            new EngineInfo("fake", 10, 1, 0, 0),
            QUEUE,
            () -> modelFreed.set(encoder.closed));

    @AfterEach
    void stop() {
        gate.open();
        engine.close();
    }

    /** An input of so many tokens, all of them this one. */
    private static int[] input(int token, int length) {
        int[] input = new int[length];
        java.util.Arrays.fill(input, token);
        return input;
    }

    private static List<Integer> firsts(Future<List<float[]>> vectors) throws Exception {
        return vectors.get().stream().map(vector -> (int) vector[0]).toList();
    }

    /** A request whose step has begun and waits at the gate. */
    private Future<List<float[]>> running(int... tokens) throws InterruptedException {
        encoder.beforeStep = () -> gate.apply(null);
        var inputs = new ArrayList<int[]>();
        for (int token : tokens) {
            inputs.add(input(token, 10));
        }
        Future<List<float[]>> result = engine.submit(inputs);
        gate.awaitArrival();
        return result;
    }

    @Test
    void vectorsComeInTheOrderOfTheInputsOverManySteps() throws Exception {
        var inputs = new ArrayList<int[]>();
        for (int token = 1; token <= 9; token++) {
            inputs.add(input(token, token % 3 + 1));
        }
        List<float[]> vectors = engine.submit(inputs).get();
        assertThat(vectors).hasSize(9);
        for (int i = 0; i < 9; i++) {
            assertThat(vectors.get(i)).containsExactly(i + 1, (i + 1) % 3 + 1);
        }
        assertThat(encoder.steps).hasSizeBetween(3, 4);
    }

    @Test
    void noInputsAreNoWork() throws Exception {
        assertThat(engine.submit(List.of()).get()).isEmpty();
        assertThat(encoder.steps).isEmpty();
    }

    @Test
    void waitingRequestsShareAStep() throws Exception {
        Future<List<float[]>> first = running(1);
        Future<List<float[]>> second = engine.submit(List.of(input(2, 3)));
        Future<List<float[]>> third = engine.submit(List.of(input(3, 4)));
        gate.open();
        assertThat(firsts(first)).containsExactly(1);
        assertThat(firsts(second)).containsExactly(2);
        assertThat(firsts(third)).containsExactly(3);
        assertThat(encoder.steps).containsExactly(List.of(1), List.of(2, 3));
    }

    @Test
    void aShortRequestTakesTurnsWithALongList() throws Exception {
        Future<List<float[]>> list = running(1, 2, 3, 4);
        Future<List<float[]>> single = engine.submit(List.of(input(9, 10)));
        gate.open();
        assertThat(firsts(single)).containsExactly(9);
        assertThat(firsts(list)).containsExactly(1, 2, 3, 4);
        assertThat(encoder.steps).containsExactly(List.of(1), List.of(2), List.of(9), List.of(3), List.of(4));
    }

    @Test
    void whatACancelledRequestHasLeftIsNotComputed() throws Exception {
        Future<List<float[]>> list = running(1, 2, 3);
        Future<List<float[]>> next = engine.submit(List.of(input(9, 10)));
        list.cancel(false);
        gate.open();
        assertThat(firsts(next)).containsExactly(9);
        assertThat(encoder.steps).containsExactly(List.of(1), List.of(9));
    }

    @Test
    void aFullQueueIsBusy() throws Exception {
        running(1);
        for (int i = 0; i < QUEUE; i++) {
            engine.submit(List.of(input(2, 1)));
        }
        assertThatExceptionOfType(EngineException.Busy.class)
                .isThrownBy(() -> engine.submit(List.of(input(3, 1))))
                .withMessageContaining("3 places");
    }

    @Test
    void aFailedStepFailsItsRequestsOnly() throws Exception {
        encoder.failure = new EngineException.Failed("llama_decode gave -3", null);
        Future<List<float[]>> failed = engine.submit(List.of(input(1, 1)));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(failed::get)
                .withCauseInstanceOf(EngineException.Failed.class);
        encoder.failure = null;
        assertThat(firsts(engine.submit(List.of(input(2, 1))))).containsExactly(2);
    }

    @Test
    void aFaultOfTheProgramEndsTheEngineAndTellsEverybody() throws Exception {
        Future<List<float[]>> first = running(1);
        Future<List<float[]>> waiting = engine.submit(List.of(input(2, 1)));
        encoder.failure = new IllegalStateException("a fault");
        gate.open();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(first::get)
                .withCauseInstanceOf(EngineException.Failed.class);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiting::get)
                .withCauseInstanceOf(EngineException.Closed.class);
        assertThatExceptionOfType(EngineException.Closed.class).isThrownBy(() -> engine.submit(List.of(input(3, 1))));
        EngineTestCase.await(modelFreed::get);
    }

    @Test
    void closingFailsWhatWaitsAndFreesTheModelAfterTheEncoder() throws Exception {
        Future<List<float[]>> first = running(1);
        Future<List<float[]>> waiting = engine.submit(List.of(input(2, 1)));
        Thread closing = Thread.ofVirtual().start(engine::close);
        EngineTestCase.await(this::isClosed);
        assertThat(modelFreed).isFalse();
        gate.open();
        closing.join();
        assertThat(firsts(first)).containsExactly(1);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiting::get)
                .withCauseInstanceOf(EngineException.Closed.class);
        assertThat(modelFreed).isTrue();
        engine.close();
    }

    private boolean isClosed() {
        try {
            engine.submit(List.of());
            return false;
        } catch (EngineException.Closed e) {
            return true;
        }
    }

    @Test
    void inputsOutOfRangeAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(List.of(input(1, 11))))
                .withMessage("an input has 11 tokens, not 1 to 10");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.submit(List.of(new int[0])));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(List.of(input(FakeEncoder.VOCABULARY, 1))))
                .withMessageContaining("token 1000");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.submit(List.of(input(-1, 1))));
    }
}
