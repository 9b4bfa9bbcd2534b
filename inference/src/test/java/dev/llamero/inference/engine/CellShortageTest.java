package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fewer cells than the running generations want, by count or by the decoder's word. */
@Timeout(60)
class CellShortageTest {
    private static String alone(GenerationRequest request) throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(4096, 1, 64, Script.endless()), 1)) {
            return read(engine.submit(request)).text();
        }
    }

    @Test
    void answersThatOutgrowTheCacheTogetherAllEndAsIfAlone() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(100, 6, 16, Script.endless());
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            requests.add(request(i + " prompt of twenty").tokensMax(60).build());
        }
        try (BatchingEngine engine = engine(decoder, 4)) {
            List<Generation> generations = new ArrayList<>();
            for (GenerationRequest request : requests) {
                generations.add(engine.submit(request));
            }
            for (int i = 0; i < requests.size(); i++) {
                assertThat(read(generations.get(i)).text()).isEqualTo(alone(requests.get(i)));
            }
        }
    }

    @Test
    void aDecoderWithoutRoomMakesIdleChatsGoThenTheYoungestWait() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(512, 4, 16, Script.endless());
        GenerationRequest one = request("one").tokensMax(10).build();
        GenerationRequest two = request("two").tokensMax(10).build();
        try (BatchingEngine engine = engine(decoder, 2)) {
            read(engine.submit(request("idle chat").build()));
            StepGate gate = new StepGate();
            AtomicInteger steps = new AtomicInteger();
            decoder.beforeStep = batch -> {
                int step = steps.incrementAndGet();
                return step == 2 || step == 3 ? Decoder.Outcome.NO_ROOM : gate.apply(batch);
            };
            Generation first = engine.submit(one);
            gate.awaitArrival();
            Generation second = engine.submit(two);
            gate.open();
            assertThat(read(first).text()).isEqualTo(alone(one));
            assertThat(read(second).text()).isEqualTo(alone(two));
            assertThat(read(engine.submit(request("idle chat").build()))
                            .statistics()
                            .reusedTokens())
                    .isZero();
        }
    }

    @Test
    void aSingleGenerationWithoutRoomFailsAndTheEngineGoesOn() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(512, 4, 16, Script.endless());
        try (BatchingEngine engine = engine(decoder, 2)) {
            decoder.beforeStep = batch -> Decoder.Outcome.NO_ROOM;
            TokenEvent end = read(engine.submit(request("one").build())).end();
            assertThat(end)
                    .isInstanceOfSatisfying(
                            TokenEvent.Failure.class,
                            failure -> assertThat(failure.cause())
                                    .isInstanceOf(EngineException.Failed.class)
                                    .hasMessageContaining("no room for 3 more tokens"));
            decoder.beforeStep = batch -> null;
            assertThat(read(engine.submit(request("one").build())).text()).hasSize(20);
        }
    }

    @Test
    void anAbortedStepIsDoneAgain() throws InterruptedException {
        FakeDecoder decoder = new FakeDecoder(512, 4, 16, Script.endless());
        AtomicInteger steps = new AtomicInteger();
        decoder.beforeStep = batch -> steps.incrementAndGet() % 3 == 0 ? Decoder.Outcome.ABORTED : null;
        GenerationRequest request = request("p".repeat(50)).build();
        try (BatchingEngine engine = engine(decoder, 2)) {
            assertThat(read(engine.submit(request)).text()).isEqualTo(alone(request));
        }
    }
}
