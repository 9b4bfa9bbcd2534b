package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request takes from cells that earlier or running requests left. */
@Timeout(60)
class PrefixReuseTest {
    private final FakeDecoder decoder = new FakeDecoder(4096, 4, 64, Script.endless());

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt) throws InterruptedException {
        return read(engine.submit(request(prompt).build()));
    }

    private static String alone(String prompt) throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(4096, 1, 64, Script.endless()), 1)) {
            return ask(engine, prompt).text();
        }
    }

    @Test
    void theSecondTurnOfALongChatEvaluatesOnlyItsNewTokens() throws InterruptedException {
        String first = "once upon a time ".repeat(118);
        try (BatchingEngine engine = engine(decoder, 2)) {
            String answer = ask(engine, first).text();
            int before = decoder.rowsEvaluated();
            String second = first + answer + " and then?";
            EngineTestCase.Answer next = ask(engine, second);
            assertThat(first.length()).isGreaterThan(2000);
            // The last token of the first answer was sampled but never evaluated.
            assertThat(next.statistics().reusedTokens()).isEqualTo(first.length() + answer.length() - 1);
            assertThat(decoder.rowsEvaluated() - before).isEqualTo(" and then?".length() + 1 + 19);
            assertThat(next.text()).isEqualTo(alone(second));
        }
    }

    @Test
    void theSamePromptEvaluatesOneToken() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            String text = ask(engine, "the same prompt").text();
            EngineTestCase.Answer again = ask(engine, "the same prompt");
            assertThat(again.statistics().reusedTokens()).isEqualTo("the same prompt".length() - 1);
            assertThat(again.text()).isEqualTo(text);
        }
    }

    @Test
    void anotherChatWithTheSameBeginningLeavesTheFirstOneWhole() throws InterruptedException {
        String system = "s".repeat(300);
        String first = system + "f".repeat(100);
        String other = system + "o".repeat(100);
        try (BatchingEngine engine = engine(decoder, 1)) {
            String answer = ask(engine, first).text();
            EngineTestCase.Answer second = ask(engine, other);
            assertThat(second.statistics().reusedTokens()).isEqualTo(300);
            assertThat(second.text()).isEqualTo(alone(other));
            EngineTestCase.Answer third = ask(engine, first + answer + "?");
            assertThat(third.statistics().reusedTokens()).isEqualTo(400 + answer.length() - 1);
            assertThat(third.text()).isEqualTo(alone(first + answer + "?"));
        }
    }

    @Test
    void aChatThatGoesOnStaysInItsSequence() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            String chat = "turn one";
            for (int turn = 0; turn < 6; turn++) {
                chat += ask(engine, chat).text() + "; next";
            }
            assertThat(decoder.steps.stream().flatMap(step -> step.stream())).allMatch(row -> row.sequence() == 0);
        }
    }

    @Test
    void aRunningChatSharesItsBeginningAndKeepsIt() throws InterruptedException {
        String system = "r".repeat(200);
        StepGate gate = new StepGate();
        try (BatchingEngine engine = engine(decoder, 2)) {
            decoder.beforeStep = gate;
            Generation running =
                    engine.submit(request(system + "one").tokensMax(30).build());
            for (int i = 0; i < 6; i++) {
                gate.awaitArrival();
                gate.pass();
            }
            gate.awaitArrival();
            Generation sharing = engine.submit(request(system + "two").build());
            gate.open();
            EngineTestCase.Answer second = read(sharing);
            assertThat(second.statistics().reusedTokens()).isEqualTo(200);
            assertThat(second.text()).isEqualTo(alone(system + "two"));
            assertThat(read(running).text()).startsWith(alone(system + "one"));
        }
    }

    @Test
    void anotherSaltSharesNothing() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            read(engine.submit(request("a prompt of someone").salt("key one").build()));
            EngineTestCase.Answer other = read(
                    engine.submit(request("a prompt of someone").salt("key two").build()));
            assertThat(other.statistics().reusedTokens()).isZero();
            EngineTestCase.Answer same = read(
                    engine.submit(request("a prompt of someone").salt("key one").build()));
            assertThat(same.statistics().reusedTokens()).isPositive();
        }
    }

    @Test
    void whenIdsRunOutTheLeastRecentlyUsedChatGoes() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 1)) {
            for (String prompt : new String[] {"aaaa", "bbbb", "cccc", "dddd", "aaaa", "eeee"}) {
                ask(engine, prompt);
            }
            assertThat(ask(engine, "aaaa").statistics().reusedTokens()).isEqualTo(3);
            assertThat(ask(engine, "cccc").statistics().reusedTokens()).isEqualTo(3);
            assertThat(ask(engine, "bbbb").statistics().reusedTokens()).isZero();
        }
    }

    @Test
    void whenCellsRunOutTheLeastRecentlyUsedChatGoes() throws InterruptedException {
        FakeDecoder small = new FakeDecoder(100, 8, 16, Script.endless());
        try (BatchingEngine engine = engine(small, 1)) {
            ask(engine, "a".repeat(30));
            ask(engine, "b".repeat(20));
            ask(engine, "c".repeat(20));
            assertThat(ask(engine, "b".repeat(20)).statistics().reusedTokens()).isEqualTo(19);
            assertThat(ask(engine, "a".repeat(30)).statistics().reusedTokens()).isZero();
        }
    }

    @Test
    void aMemoryThatCannotCutGivesTheSameTexts() throws InterruptedException {
        decoder.canCut = false;
        try (BatchingEngine engine = engine(decoder, 1)) {
            String first = "f".repeat(100);
            String answer = ask(engine, first).text();
            assertThat(ask(engine, first + "x").text()).isEqualTo(alone(first + "x"));
            assertThat(ask(engine, "f".repeat(50) + "y").text()).isEqualTo(alone("f".repeat(50) + "y"));
            String second = first + answer + "more";
            assertThat(ask(engine, second).text()).isEqualTo(alone(second));
        }
    }
}
