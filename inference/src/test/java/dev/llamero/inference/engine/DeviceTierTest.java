package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.DiskCache;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Idle conversations that leave the cache for the device's own memory, and come back. */
@Timeout(60)
class DeviceTierTest {
    private static final int CELLS = 2048;
    private static final long PLENTY = 1_000_000;
    private static final String CHAT = "a".repeat(300);

    /** The last token's cell is never made. */
    private static final int CHAT_CELLS = 300 + 20 - 1;

    @TempDir
    Path root;

    private final FakeDecoder decoder = new FakeDecoder(CELLS, 6, 64, Script.endless());

    @BeforeEach
    void allowCopies() {
        decoder.device.copiesMax = 16;
    }

    private static BatchingEngine engine(
            FakeDecoder decoder, int parallel, long hostMax, long deviceMax, Duration quiet, BlockFolder kept) {
        return new BatchingEngine(
                "toy",
                decoder,
                EngineTestCase.TOKENIZER,
                new EngineInfo("fake", decoder.contextTokens(), parallel, 0, 0),
                new EngineLimits(parallel, 100, decoder.contextTokens(), hostMax, deviceMax),
                EngineTestCase.STEPS.withSavesAfter(quiet),
                Optional.ofNullable(kept),
                () -> {});
    }

    private BatchingEngine engine(long hostMax, long deviceMax) {
        return engine(decoder, 2, hostMax, deviceMax, EngineTestCase.NEVER, null);
    }

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt) throws InterruptedException {
        return read(engine.submit(request(prompt).build()));
    }

    private static String alone(String prompt) throws InterruptedException {
        try (BatchingEngine engine = EngineTestCase.engine(new FakeDecoder(CELLS, 1, 64, Script.endless()), 1)) {
            return ask(engine, prompt).text();
        }
    }

    private static long figure(BatchingEngine engine, EngineFigure figure) {
        return engine.figures().get(figure);
    }

    private static List<CachedConversation.Tier> tiers(BatchingEngine engine) {
        return engine.conversations().stream().map(CachedConversation::tier).toList();
    }

    @Test
    void aNewChatMovesTheIdleOneToTheDeviceAndNotToHostMemory() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            ask(engine, CHAT);
            assertThat(decoder.device.keeps).isZero();
            assertThat(ask(engine, "b".repeat(100)).text()).isEqualTo(alone("b".repeat(100)));
            assertThat(decoder.device.keeps).isOne();
            assertThat(decoder.saves).isZero();
            assertThat(decoder.cellsRead()).isEqualTo(119);
            assertThat(engine.conversations())
                    .extracting(CachedConversation::tier, CachedConversation::tokens)
                    .containsExactlyInAnyOrder(
                            tuple(CachedConversation.Tier.KV, 119), tuple(CachedConversation.Tier.GPU, CHAT_CELLS));
            assertThat(figure(engine, EngineFigure.DEVICE_BYTES)).isEqualTo(CHAT_CELLS * FakeDecoder.CELL_BYTES);
            assertThat(figure(engine, EngineFigure.DEVICE_BYTES_MAX)).isEqualTo(PLENTY);
        }
    }

    @Test
    void aChatThatGoesOnComesBackWholeAndItsCopyIsFreed() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            String answer = ask(engine, CHAT).text();
            ask(engine, "b".repeat(100));
            String second = CHAT + answer + " and then?";
            EngineTestCase.Answer next = ask(engine, second);
            assertThat(next.statistics().reusedTokens()).isEqualTo(CHAT_CELLS);
            assertThat(next.text()).isEqualTo(alone(second));
            assertThat(figure(engine, EngineFigure.HITS_DEVICE)).isOne();
            assertThat(figure(engine, EngineFigure.HITS_KV)).isZero();
            assertThat(figure(engine, EngineFigure.TOKENS_RESTORED)).isEqualTo(CHAT_CELLS);
            // Only the chat that it moved out of its way is there now.
            assertThat(decoder.device.kept).hasSize(1);
            assertThat(tiers(engine))
                    .containsExactlyInAnyOrder(CachedConversation.Tier.KV, CachedConversation.Tier.GPU);
        }
    }

    @Test
    void aPromptWithTheSameBeginningTakesItAndLeavesTheCopyWhole() throws InterruptedException {
        String system = "s".repeat(200);
        String first = system + "f".repeat(100);
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            String answer = ask(engine, first).text();
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer other = ask(engine, system + "g".repeat(80));
            assertThat(other.statistics().reusedTokens()).isEqualTo(200);
            assertThat(other.text()).isEqualTo(alone(system + "g".repeat(80)));
            EngineTestCase.Answer next = ask(engine, first + answer + "?");
            assertThat(next.statistics().reusedTokens()).isEqualTo(CHAT_CELLS);
            assertThat(next.text()).isEqualTo(alone(first + answer + "?"));
            assertThat(decoder.saves).isZero();
        }
    }

    /** The second finds it with the first, running, and shares the beginning. */
    @Test
    void twoRequestsForOneChatOnTheDeviceBothGoOnFromIt() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            String chat = CHAT + ask(engine, CHAT).text();
            ask(engine, "b".repeat(100));
            Generation one = engine.submit(request(chat + " one?").build());
            Generation two = engine.submit(request(chat + " two?").build());
            EngineTestCase.Answer first = read(one);
            EngineTestCase.Answer second = read(two);
            assertThat(first.text()).isEqualTo(alone(chat + " one?"));
            assertThat(second.text()).isEqualTo(alone(chat + " two?"));
            assertThat(List.of(
                            first.statistics().reusedTokens(),
                            second.statistics().reusedTokens()))
                    .allSatisfy(reused -> assertThat(reused).isGreaterThanOrEqualTo(CHAT_CELLS));
            assertThat(decoder.device.broughtBack).isOne();
        }
    }

    @Test
    void anotherSaltDoesNotSeeIt() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            read(engine.submit(request(CHAT).salt("one").build()));
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer other =
                    read(engine.submit(request(CHAT).salt("two").build()));
            assertThat(other.statistics().reusedTokens()).isZero();
            assertThat(read(engine.submit(request(CHAT).salt("one").build()))
                            .statistics()
                            .reusedTokens())
                    .isEqualTo(CHAT.length() - 1);
        }
    }

    @Test
    void theLeastRecentlyUsedGoesToHostMemoryWhenBytesRunOut() throws InterruptedException {
        long room = 2 * 125L * FakeDecoder.CELL_BYTES;
        try (BatchingEngine engine = engine(PLENTY, room)) {
            for (String letter : List.of("a", "b", "c", "d")) {
                ask(engine, letter.repeat(100));
                assertThat(figure(engine, EngineFigure.DEVICE_BYTES)).isLessThanOrEqualTo(room);
            }
            assertThat(tiers(engine))
                    .containsExactlyInAnyOrder(
                            CachedConversation.Tier.KV,
                            CachedConversation.Tier.GPU,
                            CachedConversation.Tier.GPU,
                            CachedConversation.Tier.MEMORY);
            assertThat(figure(engine, EngineFigure.EVICTIONS_DEVICE)).isOne();
            EngineTestCase.Answer again = ask(engine, "a".repeat(100));
            assertThat(again.statistics().reusedTokens()).isEqualTo(99);
            assertThat(again.text()).isEqualTo(alone("a".repeat(100)));
            assertThat(figure(engine, EngineFigure.HITS_MEMORY)).isOne();
        }
    }

    @Test
    void withoutHostMemoryTheLeastRecentlyUsedIsGivenUp() throws InterruptedException {
        try (BatchingEngine engine = engine(0, 2 * 125L * FakeDecoder.CELL_BYTES)) {
            for (String letter : List.of("a", "b", "c", "d")) {
                ask(engine, letter.repeat(100));
            }
            assertThat(ask(engine, "b".repeat(100)).statistics().reusedTokens()).isEqualTo(99);
            assertThat(ask(engine, "a".repeat(100)).statistics().reusedTokens()).isZero();
        }
    }

    @Test
    void aChatLargerThanTheLimitGoesToHostMemory() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, 100L * FakeDecoder.CELL_BYTES)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            assertThat(decoder.device.keeps).isZero();
            assertThat(decoder.savedCells).isEqualTo(CHAT_CELLS);
        }
    }

    @Test
    void whenThereAreNoMoreCopiesTheOldestLeaves() throws InterruptedException {
        decoder.device.copiesMax = 1;
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            for (String letter : List.of("a", "b", "c")) {
                ask(engine, letter.repeat(100));
            }
            assertThat(tiers(engine))
                    .containsExactlyInAnyOrder(
                            CachedConversation.Tier.KV, CachedConversation.Tier.GPU, CachedConversation.Tier.MEMORY);
        }
    }

    @Test
    void aDeviceThatKeepsNothingIsAskedOncePerTurnOfAChat() throws InterruptedException {
        decoder.device.keepsFail = true;
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
            assertThat(again.text()).isEqualTo(alone(CHAT));
            assertThat(decoder.saves).isPositive();
        }
    }

    @Test
    void aCopyThatDoesNotComeBackMakesTheChatBeEvaluatedAgain() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            decoder.device.bringsBackFail = true;
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isZero();
            assertThat(again.text()).isEqualTo(alone(CHAT));
            assertThat(figure(engine, EngineFigure.DEVICE_BYTES)).isEqualTo(119L * FakeDecoder.CELL_BYTES);
        }
    }

    @Test
    void idsThatRunOutMoveAChatToTheDeviceToo() throws InterruptedException {
        FakeDecoder few = new FakeDecoder(CELLS, 2, 64, Script.endless());
        few.device.copiesMax = 16;
        try (BatchingEngine engine = engine(few, 1, PLENTY, PLENTY, EngineTestCase.NEVER, null)) {
            for (String letter : List.of("a", "b", "c")) {
                read(engine.submit(request(letter.repeat(60)).tokensMax(1).build()));
            }
            assertThat(few.device.keeps).isPositive();
            assertThat(few.saves).isZero();
            assertThat(ask(engine, "a".repeat(60)).statistics().reusedTokens()).isEqualTo(59);
        }
    }

    @Test
    void oneIdAndACopyStillGoTogether() throws InterruptedException {
        FakeDecoder one = new FakeDecoder(CELLS, 1, 64, Script.endless());
        one.device.copiesMax = 16;
        try (BatchingEngine engine = engine(one, 1, PLENTY, PLENTY, EngineTestCase.NEVER, null)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
            assertThat(again.text()).isEqualTo(alone(CHAT));
        }
    }

    @Test
    void aChatTooLargeForTheRoomBesideARunningOneWaitsOnTheDevice() throws InterruptedException {
        StepGate gate = new StepGate();
        FakeDecoder small = new FakeDecoder(500, 6, 64, Script.endless());
        small.device.copiesMax = 16;
        try (BatchingEngine engine = engine(small, 2, PLENTY, PLENTY, EngineTestCase.NEVER, null)) {
            ask(engine, CHAT);
            small.beforeStep = gate;
            Generation long1 = engine.submit(request("b".repeat(250)).build());
            gate.awaitArrival();
            gate.pass();
            Generation part =
                    engine.submit(request("a".repeat(100)).tokensMax(5).build());
            gate.open();
            assertThat(read(long1).text()).isEqualTo(alone("b".repeat(250)));
            assertThat(read(part).text()).isEqualTo(alone("a".repeat(100)).substring(0, 5));
            assertThat(small.device.kept).hasSizeBetween(1, 3);
        }
    }

    @Test
    void aCancelledTurnLeavesTheChatInTheCache() throws InterruptedException {
        StepGate gate = new StepGate();
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            String chat = CHAT + ask(engine, CHAT).text();
            ask(engine, "b".repeat(100));
            decoder.beforeStep = gate;
            Generation cancelled = engine.submit(request(chat + "?").build());
            gate.awaitArrival();
            cancelled.cancel();
            gate.open();
            assertThat(read(cancelled).reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(ask(engine, chat + "!").statistics().reusedTokens()).isGreaterThanOrEqualTo(CHAT_CELLS);
        }
    }

    @Test
    void aFailedStepEmptiesTheCacheButNotTheDevice() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            decoder.beforeStep = batch -> {
                throw new EngineException.Failed("broken", null);
            };
            assertThat(ask(engine, "c").end()).isInstanceOf(TokenEvent.Failure.class);
            decoder.beforeStep = batch -> null;
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
            assertThat(again.text()).isEqualTo(alone(CHAT));
        }
    }

    /** Each piece is a call per layer, so that many small ones would hold everybody up. */
    @Test
    void chatsThatDecodedSideBySideForLongGoToHostMemory() throws InterruptedException {
        int tokens = 2 * ParkingRule.PIECES_ON_DEVICE_MAX;
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            Generation one =
                    engine.submit(request("a".repeat(50)).tokensMax(tokens).build());
            Generation two =
                    engine.submit(request("b".repeat(50)).tokensMax(tokens).build());
            read(one);
            read(two);
            ask(engine, "c".repeat(100));
            assertThat(decoder.device.keeps).isLessThan(2);
            assertThat(decoder.saves).isPositive();
        }
    }

    @Test
    void forgettingEmptiesTheDevice() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, PLENTY)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            engine.forgetConversations();
            assertThat(decoder.device.kept).isEmpty();
            assertThat(engine.conversations()).isEmpty();
        }
    }

    @Test
    void whileNothingRunsFullBlocksAreSavedAndTheCopyStays() throws InterruptedException {
        try (BatchingEngine engine = engine(decoder, 2, PLENTY, PLENTY, Duration.ofMillis(1), null)) {
            decoder.savesFail = true;
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            decoder.savesFail = false;
            read(engine.submit(request("c").tokensMax(1).build()));
            EngineTestCase.await(() -> decoder.savedCells == Block.TOKENS);
            assertThat(engine.conversations())
                    .extracting(CachedConversation::tier)
                    .contains(CachedConversation.Tier.GPU, CachedConversation.Tier.MEMORY);
            assertThat(ask(engine, CHAT).statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
        }
    }

    @Test
    void whatIsOnTheDeviceIsOnDiskAfterAnUnload() throws InterruptedException, IOException {
        try (BatchingEngine engine = engine(
                decoder,
                2,
                PLENTY,
                PLENTY,
                EngineTestCase.NEVER,
                new DiskCache(root, OptionalLong.of(PLENTY)).open("toy", "kind"))) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(100));
            assertThat(tiers(engine)).contains(CachedConversation.Tier.GPU);
        }
        FakeDecoder next = new FakeDecoder(CELLS, 6, 64, Script.endless());
        try (BatchingEngine engine = engine(
                next,
                2,
                PLENTY,
                0,
                EngineTestCase.NEVER,
                new DiskCache(root, OptionalLong.of(PLENTY)).open("toy", "kind"))) {
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
            assertThat(again.text()).isEqualTo(alone(CHAT));
        }
    }
}
