package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Idle conversations that leave the cache for host memory, and come back. */
@Timeout(60)
class ParkingTest {
    private static final int CELLS = 2048;
    private static final long PLENTY = 1_000_000;
    private final FakeDecoder decoder = new FakeDecoder(CELLS, 6, 64, Script.endless());

    private BatchingEngine parking(long bytesMax) {
        return engine(decoder, 2, 100, CELLS, bytesMax);
    }

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt) throws InterruptedException {
        return ask(engine, prompt, 20);
    }

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt, int tokensMax)
            throws InterruptedException {
        return read(engine.submit(request(prompt).tokensMax(tokensMax).build()));
    }

    private static String alone(String prompt) throws InterruptedException {
        try (BatchingEngine engine = engine(new FakeDecoder(4096, 1, 64, Script.endless()), 1)) {
            return ask(engine, prompt).text();
        }
    }

    @Test
    void aNewChatMovesTheIdleOneOutAndTakesItsLowCells() throws InterruptedException {
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "a".repeat(300));
            assertThat(decoder.saves).isZero();
            assertThat(ask(engine, "b".repeat(100)).text()).isEqualTo(alone("b".repeat(100)));
            assertThat(decoder.savedCells).isEqualTo(319);
            assertThat(decoder.cellsRead()).isEqualTo(119);
        }
    }

    @Test
    void aParkedChatComesBackAndGoesOnAsIfItHadStayed() throws InterruptedException {
        String first = "a".repeat(300);
        try (BatchingEngine engine = parking(PLENTY)) {
            String answer = ask(engine, first).text();
            ask(engine, "b".repeat(100));
            int before = decoder.rowsEvaluated();
            String second = first + answer + " and then?";
            EngineTestCase.Answer next = ask(engine, second);
            assertThat(next.statistics().reusedTokens()).isEqualTo(first.length() + answer.length() - 1);
            assertThat(decoder.rowsEvaluated() - before).isEqualTo(" and then?".length() + 1 + 19);
            assertThat(next.text()).isEqualTo(alone(second));
            assertThat(decoder.restoredCells).isEqualTo(first.length() + answer.length() - 1);
            // Its full block is still outside and need not be saved again: only what came after it.
            int saved = decoder.savedCells;
            ask(engine, "c".repeat(100));
            int size = second.length() + next.text().length() - 1;
            assertThat(decoder.savedCells - saved).isEqualTo(size - Block.TOKENS);
        }
        assertThat(decoder.saved).isEmpty();
    }

    @Test
    void aShortAnswerBesideAnIdleChatIsNotWorthMovingIt() throws InterruptedException {
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "a".repeat(300));
            ask(engine, "bbbb", 2);
            assertThat(decoder.saves).isZero();
        }
    }

    @Test
    void aLoneAnswerMovesNothingFromUnderItself() throws InterruptedException {
        try (BatchingEngine engine = parking(PLENTY)) {
            String chat = "a".repeat(40);
            chat += ask(engine, chat).text();
            ask(engine, "b".repeat(10), 1);
            int before = decoder.saves;
            ask(engine, chat + "?", 30);
            assertThat(decoder.saves).isEqualTo(before);
            ask(engine, "c".repeat(100));
            assertThat(decoder.saves).isGreaterThan(before);
        }
    }

    @Test
    void answersThatGoOnTogetherMoveAnotherOnceTheirStepsHaveAddedUp() throws InterruptedException {
        StepGate gate = new StepGate();
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "b".repeat(40));
            int before = decoder.saves;
            decoder.beforeStep = gate;
            Generation one = engine.submit(request("x").tokensMax(30).build());
            gate.awaitArrival();
            Generation two = engine.submit(request("y").tokensMax(30).build());
            assertThat(decoder.saves).isEqualTo(before);
            gate.open();
            read(one);
            read(two);
            assertThat(decoder.saves).isGreaterThan(before);
        }
    }

    @Test
    void theChatOfAWaitingRequestIsNotMoved() throws InterruptedException {
        StepGate gate = new StepGate();
        try (BatchingEngine engine = engine(decoder, 1, 100, CELLS, PLENTY)) {
            String chat = "a".repeat(200);
            chat += ask(engine, chat).text();
            decoder.beforeStep = gate;
            Generation other = engine.submit(request("b".repeat(3)).tokensMax(2).build());
            gate.awaitArrival();
            Generation waiting = engine.submit(request(chat + "?").build());
            Generation third =
                    engine.submit(request("c".repeat(100)).tokensMax(30).build());
            gate.open();
            read(other);
            assertThat(read(waiting).statistics().reusedTokens()).isEqualTo(chat.length() - 1);
            assertThat(decoder.restores).isZero();
            read(third);
        }
    }

    @Test
    void anEvictedChatIsParkedWhenIdsRunOut() throws InterruptedException {
        FakeDecoder few = new FakeDecoder(CELLS, 2, 64, Script.endless());
        try (BatchingEngine engine = engine(few, 1, 100, CELLS, PLENTY)) {
            for (String letter : new String[] {"a", "b", "c"}) {
                ask(engine, letter.repeat(60), 1);
            }
            assertThat(ask(engine, "a".repeat(60)).statistics().reusedTokens()).isEqualTo(59);
        }
    }

    @Test
    void theLeastRecentlyUsedGoesWhenBytesRunOut() throws InterruptedException {
        long room = 2 * 130L * FakeDecoder.CELL_BYTES;
        try (BatchingEngine engine = parking(room)) {
            for (String letter : new String[] {"a", "b", "c", "d"}) {
                ask(engine, letter.repeat(100));
                assertThat(decoder.saved.stream()
                                .mapToLong(SavedSequence::bytes)
                                .sum())
                        .isLessThanOrEqualTo(room);
            }
            // In memory: d in the cache, b and c parked.
            assertThat(ask(engine, "b".repeat(100)).statistics().reusedTokens()).isEqualTo(99);
            assertThat(ask(engine, "a".repeat(100)).statistics().reusedTokens()).isZero();
        }
    }

    /** What a chat begins with serves all that continue it, so its end goes first. */
    @Test
    void theEndOfAChatGoesBeforeItsBeginning() throws InterruptedException {
        long room = 1_000L * FakeDecoder.CELL_BYTES;
        try (BatchingEngine engine = parking(room)) {
            for (String letter : new String[] {"a", "b", "c"}) {
                ask(engine, letter.repeat(letter.equals("a") ? 700 : 500));
            }
            // Parked: of a what was left once b had come, whose 519 tokens and a's 719 are more than the room.
            EngineTestCase.Answer again = ask(engine, "a".repeat(700));
            assertThat(again.statistics().reusedTokens()).isIn(Block.TOKENS, 2 * Block.TOKENS);
            assertThat(again.text()).isEqualTo(alone("a".repeat(700)));
        }
    }

    @Test
    void aChatLargerThanTheLimitStaysInTheCache() throws InterruptedException {
        try (BatchingEngine engine = parking(500)) {
            ask(engine, "a".repeat(100));
            ask(engine, "b".repeat(100));
            assertThat(decoder.saves).isZero();
            assertThat(ask(engine, "a".repeat(100)).statistics().reusedTokens()).isEqualTo(99);
        }
    }

    @Test
    void aSaveThatFailsLeavesTheChatWhereItIs() throws InterruptedException {
        decoder.savesFail = true;
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "a".repeat(100));
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer again = ask(engine, "a".repeat(100));
            assertThat(again.statistics().reusedTokens()).isEqualTo(99);
            assertThat(again.text()).isEqualTo(alone("a".repeat(100)));
        }
    }

    @Test
    void aRestoreThatFailsMakesTheChatBeEvaluatedAgain() throws InterruptedException {
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "a".repeat(100));
            ask(engine, "b".repeat(100));
            decoder.restoresFail = true;
            EngineTestCase.Answer again = ask(engine, "a".repeat(100));
            assertThat(again.statistics().reusedTokens()).isZero();
            assertThat(again.text()).isEqualTo(alone("a".repeat(100)));
        }
    }

    @Test
    void aMemoryThatCannotSaveParksNothing() throws InterruptedException {
        decoder.canSave = false;
        try (BatchingEngine engine = parking(PLENTY)) {
            ask(engine, "a".repeat(100));
            ask(engine, "b".repeat(100));
            assertThat(ask(engine, "a".repeat(100)).statistics().reusedTokens()).isEqualTo(99);
            assertThat(decoder.saves).isZero();
        }
    }

    @Test
    void anotherChatWithTheSameBeginningLeavesTheParkedOneWhole() throws InterruptedException {
        String system = "s".repeat(200);
        String first = system + "f".repeat(100);
        try (BatchingEngine engine = parking(PLENTY)) {
            String answer = ask(engine, first).text();
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer other = ask(engine, system + "o".repeat(50));
            assertThat(other.statistics().reusedTokens()).isEqualTo(200);
            assertThat(other.text()).isEqualTo(alone(system + "o".repeat(50)));
            String second = first + answer + "?";
            EngineTestCase.Answer next = ask(engine, second);
            assertThat(next.statistics().reusedTokens()).isEqualTo(300 + answer.length() - 1);
            assertThat(next.text()).isEqualTo(alone(second));
        }
    }

    @Test
    void anotherSaltRestoresNothing() throws InterruptedException {
        String prompt = "p".repeat(100);
        try (BatchingEngine engine = parking(PLENTY)) {
            read(engine.submit(request(prompt).salt("one").build()));
            read(engine.submit(request("b".repeat(100)).salt("one").build()));
            EngineTestCase.Answer other =
                    read(engine.submit(request(prompt).salt("two").build()));
            assertThat(other.statistics().reusedTokens()).isZero();
        }
    }

    @Test
    void aShiftedChatIsNotKeptBeyondWhatTheShiftLeftInPlace() throws InterruptedException {
        FakeDecoder few = new FakeDecoder(256, 1, 64, Script.endless());
        try (BatchingEngine engine = engine(few, 1, 100, 128, PLENTY)) {
            String prompt = "a".repeat(100);
            read(engine.submit(request(prompt).tokensMax(60).shift(50).build()));
            ask(engine, "b".repeat(100));
            assertThat(few.savedCells).isEqualTo(50);
            assertThat(ask(engine, prompt).statistics().reusedTokens()).isEqualTo(50);
        }
    }
}
