package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.await;
import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancelling, closing, failing, and readers that do not read. */
@Timeout(60)
class EngineLifeTest {
    private static final int FOREVER = 1_000_000;

    private final FakeDecoder decoder = new FakeDecoder(512, 4, 16, Script.endless());
    private final StepGate gate = new StepGate();

    @Test
    void aGenerationCancelledInTheQueueEndsWithoutAStep() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation running = engine.submit(request("running").tokensMax(3).build());
            gate.awaitArrival();
            Generation waiting = engine.submit(request("waiting").build());
            await(() -> engine.load().equals(new Engine.Load(1, 1)));
            waiting.cancel();
            gate.open();
            EngineTestCase.Answer answer = read(waiting);
            assertThat(answer.reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.statistics().generatedTokens()).isZero();
            assertThat(read(running).text()).hasSize(3);
        }
        assertThat(decoder.steps.stream().flatMap(List::stream)).noneMatch(row -> row.token() == 'w');
    }

    @Test
    void aGenerationCancelledInPrefillStopsWithinOneStepAndKeepsItsPrefix() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation generation = engine.submit(request("p".repeat(200)).build());
            gate.awaitArrival();
            gate.pass();
            gate.awaitArrival();
            generation.cancel();
            Generation next = engine.submit(request("p".repeat(200)).build());
            gate.open();
            EngineTestCase.Answer answer = read(generation);
            assertThat(answer.reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.text()).isEmpty();
            assertThat(read(next).statistics().reusedTokens()).isEqualTo(32);
        }
    }

    @Test
    void aGenerationCancelledInDecodeStopsAndFreesItsPlace() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation endless =
                    engine.submit(request("go").tokensMax(FOREVER).shift(2).build());
            assertThat(endless.next()).isInstanceOf(TokenEvent.Piece.class);
            endless.close();
            endless.close();
            assertThat(read(endless).reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(read(engine.submit(request("next").build())).text()).hasSize(20);
            assertThat(engine.load()).isEqualTo(new Engine.Load(0, 0));
        }
    }

    @Test
    void cancellingTheOnlyGenerationBreaksItsStepOff() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation generation = engine.submit(request("p".repeat(200)).build());
            gate.awaitArrival();
            generation.cancel();
            assertThat(decoder.abortRequests).isEqualTo(1);
            gate.open();
            assertThat(read(generation).reason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    @Test
    void cancellingOneOfSeveralLetsTheirStepFinish() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 2)) {
            Generation one = engine.submit(request("one").build());
            gate.awaitArrival();
            Generation two = engine.submit(request("two").build());
            gate.pass();
            gate.awaitArrival();
            two.cancel();
            assertThat(decoder.abortRequests).isZero();
            gate.open();
            assertThat(read(two).reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(read(one).text()).hasSize(20);
        }
    }

    @Test
    void theOwnerIsClosedAfterTheDecoderOnTheEnginesThread() {
        List<String> closedOn = new ArrayList<>();
        EngineInfo info = new EngineInfo("fake", 512, 1, 0, 0);
        new BatchingEngine(
                        "toy",
                        decoder,
                        EngineTestCase.TOKENIZER,
                        info,
                        new EngineLimits(1, 1, 512, 0),
                        Optional.empty(),
                        () -> closedOn.add(Thread.currentThread().getName() + " " + decoder.closed))
                .close();
        assertThat(closedOn).containsExactly("engine-toy true");
    }

    @Test
    void asManyRunAtOnceAsThereArePlacesAndTheNextWaits() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 2)) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                generations.add(engine.submit(request("request").tokensMax(3).build()));
            }
            gate.open();
            for (Generation generation : generations) {
                assertThat(read(generation).text()).hasSize(3);
            }
        }
        long most = decoder.steps.stream()
                .mapToLong(step ->
                        step.stream().map(row -> row.sequence()).distinct().count())
                .max()
                .orElse(0);
        assertThat(most).isEqualTo(2);
    }

    @Test
    void aFullQueueIsBusyUntilAPlaceIsFree() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1, 2, 512)) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                generations.add(engine.submit(request("request").build()));
            }
            assertThatThrownBy(() -> engine.submit(request("one more").build()))
                    .isInstanceOf(EngineException.Busy.class)
                    .hasMessageContaining("2 places in the queue");
            gate.open();
            for (Generation generation : generations) {
                read(generation);
            }
            assertThat(read(engine.submit(request("one more").build())).text()).hasSize(20);
        }
    }

    @Test
    void aReaderThatDoesNotReadStopsNobodyAndLosesNothing() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 2)) {
            Generation slow = engine.submit(request("slow").tokensMax(400).build());
            for (int i = 0; i < 5; i++) {
                assertThat(read(engine.submit(request("quick").build())).text()).hasSize(20);
            }
            await(() -> engine.load().running() == 0);
            EngineTestCase.Answer answer = read(slow);
            assertThat(answer.text()).hasSize(400);
            assertThat(answer.pieces()).hasSize(65);
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void closingFailsWhatWaitsAndRunsAndRefusesMore() throws InterruptedException {
        BatchingEngine engine = engine(decoder, 1);
        Generation running =
                engine.submit(request("go").tokensMax(FOREVER).shift(2).build());
        Generation waiting = engine.submit(request("wait").build());
        assertThat(running.next()).isInstanceOf(TokenEvent.Piece.class);
        engine.close();
        engine.close();
        for (Generation generation : List.of(running, waiting)) {
            assertThat(read(generation).end())
                    .isInstanceOfSatisfying(
                            TokenEvent.Failure.class,
                            failure -> assertThat(failure.cause()).isInstanceOf(EngineException.Closed.class));
        }
        assertThatThrownBy(() -> engine.submit(request("late").build())).isInstanceOf(EngineException.Closed.class);
        assertThat(decoder.closed).isTrue();
        assertThat(engine.load()).isEqualTo(new Engine.Load(0, 0));
    }

    @Test
    void aFailedStepFailsWhatRunsAndTheQueueGoesOn() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation running = engine.submit(request("running").build());
            gate.awaitArrival();
            Generation waiting = engine.submit(request("waiting").build());
            decoder.beforeStep = batch -> {
                decoder.beforeStep = later -> null;
                throw new EngineException.Failed("the device is gone", null);
            };
            gate.open();
            assertThat(read(running).end())
                    .isInstanceOfSatisfying(
                            TokenEvent.Failure.class,
                            failure -> assertThat(failure.cause())
                                    .isInstanceOf(EngineException.Failed.class)
                                    .hasMessage("the device is gone"));
            EngineTestCase.Answer answer = read(waiting);
            assertThat(answer.text()).hasSize(20);
            assertThat(answer.statistics().reusedTokens()).isZero();
        }
    }

    @Test
    void aDecoderThatKeepsFailingClosesTheEngine() throws InterruptedException {
        decoder.beforeStep = batch -> {
            throw new IllegalStateException("broken");
        };
        try (BatchingEngine engine = engine(decoder, 1)) {
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 5 && !decoder.closed; i++) {
                try {
                    generations.add(engine.submit(request("request").build()));
                } catch (EngineException.Closed e) {
                    assertThat(i).isGreaterThanOrEqualTo(3);
                }
            }
            for (Generation generation : generations) {
                assertThat(read(generation).end()).isInstanceOf(TokenEvent.Failure.class);
            }
            await(() -> decoder.closed);
            assertThatThrownBy(() -> engine.submit(request("late").build())).isInstanceOf(EngineException.Closed.class);
        }
    }

    @Test
    void readingBehindTheEndIsMisuse() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation generation = engine.submit(request("x").tokensMax(1).build());
            read(generation);
            assertThatThrownBy(generation::next).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anInterruptedReaderStopsWaiting() throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 1)) {
            Generation generation = engine.submit(request("x").tokensMax(1).build());
            Thread.currentThread().interrupt();
            assertThatThrownBy(generation::next).isInstanceOf(InterruptedException.class);
            gate.open();
            assertThat(read(generation).text()).hasSize(1);
        }
    }
}
