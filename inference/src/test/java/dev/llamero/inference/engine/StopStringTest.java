package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stop strings and held-back text through the whole engine. */
@Timeout(60)
class StopStringTest {
    private static EngineTestCase.Answer answer(String text, int tokensMax, String... stops)
            throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(256, 2, 16, Script.answer("?", text)), 1)) {
            return read(
                    engine.submit(request("?").stops(stops).tokensMax(tokensMax).build()));
        }
    }

    @Test
    void theStopStringAndWhatFollowsAreNotPartOfTheAnswer() throws InterruptedException {
        EngineTestCase.Answer answer = answer("one\nUser: two", 50, "\nUser:");
        assertThat(answer.text()).isEqualTo("one");
        assertThat(answer.reason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.statistics().generatedTokens()).isEqualTo("one\nUser:".length());
    }

    @Test
    void textHeldBackIsFlushedAtTheEndTokenAndAtTheLimit() throws InterruptedException {
        assertThat(answer("one\nUse", 50, "\nUser:").text()).isEqualTo("one\nUse");
        EngineTestCase.Answer limited = answer("one\nUser: two", 6, "\nUser:");
        assertThat(limited.text()).isEqualTo("one\nUs");
        assertThat(limited.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void halfACharacterIsNotShownAtTheLimit() throws InterruptedException {
        assertThat(answer("ab🦙", 4).text()).isEqualTo("ab");
    }

    @Test
    void aStopStringOfSeveralBytesPerCharacterIsFound() throws InterruptedException {
        assertThat(answer("你好。再见。完", 50, "再见").text()).isEqualTo("你好。");
    }
}
