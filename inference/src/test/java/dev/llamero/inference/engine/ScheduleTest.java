package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which rows a step carries when several generations want some. */
@Timeout(60)
class ScheduleTest {
    private static final int UBATCH = 16;

    private final FakeDecoder decoder = new FakeDecoder(2048, 8, UBATCH, Script.endless());
    private final StepGate gate = new StepGate();

    /** Runs a first request up to its first step, then hands in the others, then lets all go and gives the answers. */
    private List<EngineTestCase.Answer> run(GenerationRequest first, GenerationRequest... others)
            throws InterruptedException {
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 8)) {
            List<Generation> generations = new ArrayList<>();
            generations.add(engine.submit(first));
            gate.awaitArrival();
            for (GenerationRequest other : others) {
                generations.add(engine.submit(other));
            }
            gate.open();
            List<EngineTestCase.Answer> answers = new ArrayList<>();
            for (Generation generation : generations) {
                answers.add(read(generation));
            }
            return answers;
        }
    }

    private static long rows(List<FakeDecoder.Row> step, int sequence) {
        return step.stream().filter(row -> row.sequence() == sequence).count();
    }

    @Test
    void theDecodingRowComesFirstAndThePromptFillsOneUbatch() throws InterruptedException {
        run(
                request("first").tokensMax(12).build(),
                request("x".repeat(100)).tokensMax(1).build());
        assertThat(decoder.steps.get(0)).hasSize(5);
        for (List<FakeDecoder.Row> step : decoder.steps.subList(1, 7)) {
            assertThat(step).hasSize(UBATCH);
            assertThat(step.get(0).sequence()).isZero();
            assertThat(step.get(0).wantsLogits()).isTrue();
            assertThat(rows(step, 1)).isEqualTo(UBATCH - 1);
        }
        assertThat(rows(decoder.steps.get(7), 1)).isEqualTo(100 - 6 * (UBATCH - 1));
    }

    @Test
    void onlyTheLastRowOfAPromptWantsLogits() throws InterruptedException {
        run(request("x".repeat(40)).tokensMax(1).build());
        List<FakeDecoder.Row> all = decoder.steps.stream().flatMap(List::stream).toList();
        assertThat(all).hasSize(40);
        assertThat(all.subList(0, 39)).noneMatch(FakeDecoder.Row::wantsLogits);
        assertThat(all.get(39).wantsLogits()).isTrue();
    }

    @Test
    void aShortPromptDoesNotWaitForALongOne() throws InterruptedException {
        run(
                request("y".repeat(300)).tokensMax(1).build(),
                request("short one").tokensMax(1).build());
        assertThat(rows(decoder.steps.get(1), 1)).isEqualTo("short one".length());
        assertThat(rows(decoder.steps.get(1), 0)).isEqualTo(UBATCH - "short one".length());
    }

    @Test
    void theOldestPromptAlwaysHasAQuarterOfTheBudget() throws InterruptedException {
        GenerationRequest[] shorter = new GenerationRequest[6];
        for (int i = 0; i < shorter.length; i++) {
            shorter[i] = request(i + "z".repeat(60)).tokensMax(1).build();
        }
        run(request("y".repeat(200)).tokensMax(1).build(), shorter);
        int done = 0;
        for (List<FakeDecoder.Row> step : decoder.steps) {
            long oldest = rows(step, 0);
            assertThat(oldest >= UBATCH / 4 || done >= 200 - UBATCH / 4).isTrue();
            done += (int) oldest;
            if (done == 200) {
                break;
            }
        }
        assertThat(done).isEqualTo(200);
    }

    @Test
    void requestsWithOnePrefixEvaluateItOnce() throws InterruptedException {
        String common = "c".repeat(200);
        GenerationRequest[] others = new GenerationRequest[7];
        for (int i = 0; i < others.length; i++) {
            others[i] = request(common + "question " + i).tokensMax(1).build();
        }
        List<EngineTestCase.Answer> answers =
                run(request(common + "question 7").tokensMax(1).build(), others);
        assertThat(decoder.rowsEvaluated()).isEqualTo(210 + 7);
        assertThat(answers.subList(1, 8))
                .allSatisfy(
                        answer -> assertThat(answer.statistics().reusedTokens()).isEqualTo(209));
    }

    @Test
    void aFollowerGoesOnAloneWhenItsLeaderIsCancelled() throws InterruptedException {
        String common = "d".repeat(100);
        decoder.beforeStep = gate;
        try (BatchingEngine engine = engine(decoder, 8)) {
            Generation leader = engine.submit(request(common + "1").build());
            gate.awaitArrival();
            Generation follower =
                    engine.submit(request(common + "2").tokensMax(3).build());
            gate.pass();
            gate.awaitArrival();
            leader.cancel();
            gate.open();
            EngineTestCase.Answer answer = read(follower);
            assertThat(read(leader).reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.text()).hasSize(3);
            assertThat(answer.statistics().reusedTokens()).isBetween(UBATCH, 100);
        }
    }
}
