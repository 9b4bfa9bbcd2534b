package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when a conversation reaches its context. */
@Timeout(60)
class ContextFullTest {
    private static final int CONTEXT = 32;

    private final FakeDecoder decoder = new FakeDecoder(256, 4, 16, Script.endless());

    /** The text that a decoder gives which sees exactly the tokens that a shifted context holds. */
    private static String expected(String prompt, int tokensMax, int keep) {
        Script script = Script.endless();
        List<Integer> visible = new ArrayList<>();
        prompt.chars().forEach(visible::add);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokensMax; i++) {
            int token = script.next(visible.stream().mapToInt(Integer::intValue).toArray());
            text.append((char) token);
            visible.add(token);
            if (visible.size() >= CONTEXT) {
                int discard = (visible.size() - 1 - keep) / 2;
                visible.subList(keep, keep + discard).clear();
            }
        }
        return text.toString();
    }

    @Test
    void withoutShiftTheAnswerEndsThere() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1, 1, CONTEXT)) {
            EngineTestCase.Answer answer =
                    read(engine.submit(request("ten tokens").tokensMax(100).build()));
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(answer.text()).hasSize(CONTEXT - 10);
        }
    }

    @Test
    void aModelThatCannotShiftEndsThereToo() throws InterruptedException {
        decoder.canShift = false;
        try (BatchingEngine engine = engine(decoder, 1, 1, CONTEXT)) {
            EngineTestCase.Answer answer = read(
                    engine.submit(request("ten tokens").tokensMax(100).shift(4).build()));
            assertThat(answer.text()).hasSize(CONTEXT - 10);
        }
    }

    @Test
    void withShiftHalfOfWhatIsBehindTheKeptFrontGoes() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1, 1, CONTEXT)) {
            EngineTestCase.Answer answer = read(
                    engine.submit(request("ten tokens").tokensMax(100).shift(4).build()));
            assertThat(answer.text()).isEqualTo(expected("ten tokens", 100, 4));
            assertThat(answer.statistics().generatedTokens()).isEqualTo(100);
            assertThat(decoder.rowsEvaluated()).isEqualTo(10 + 99);
        }
    }

    @Test
    void aShiftLeavesChatsThatShareCellsAsTheyWere() throws InterruptedException {
        String prompt = "a long common begin";
        GenerationRequest shifting =
                request(prompt + "1").tokensMax(80).shift(4).build();
        GenerationRequest other = request(prompt + "2").tokensMax(9).build();
        StepGate gate = new StepGate();
        try (BatchingEngine engine = engine(decoder, 3, 9, CONTEXT)) {
            String alone = read(engine.submit(other)).text();
            decoder.beforeStep = gate;
            List<Generation> shifters = List.of(engine.submit(shifting), engine.submit(shifting));
            gate.awaitArrival();
            Generation sharer = engine.submit(other);
            gate.open();
            for (Generation generation : shifters) {
                assertThat(read(generation).text()).isEqualTo(expected(prompt + "1", 80, 4));
            }
            assertThat(read(sharer).text()).isEqualTo(alone);
            assertThat(read(engine.submit(other)).text()).isEqualTo(alone);
        }
    }
}
