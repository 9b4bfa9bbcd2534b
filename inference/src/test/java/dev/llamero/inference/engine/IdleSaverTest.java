package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.await;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.DiskCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Idle conversations that are copied out of the cache while nothing runs, and stay in it. */
@Timeout(60)
class IdleSaverTest {
    private static final int CELLS = 4096;
    private static final long PLENTY = 1_000_000;
    private static final String CHAT = "a".repeat(700);

    /** The last token's cell is never made. */
    private static final int CHAT_CELLS = 700 + 20 - 1;

    private static final int FULL_BLOCKS = CHAT_CELLS / Block.TOKENS;

    private final FakeDecoder decoder = new FakeDecoder(CELLS, 6, 64, Script.endless());

    private BatchingEngine engine(long bytesMax, Duration quiet, Optional<BlockFolder> kept) {
        return new BatchingEngine(
                "toy",
                decoder,
                EngineTestCase.TOKENIZER,
                new EngineInfo("fake", CELLS, 2, 0, 0),
                new EngineLimits(2, 100, CELLS, bytesMax),
                EngineTestCase.STEPS.withSavesAfter(quiet),
                kept,
                () -> {});
    }

    private BatchingEngine savesAtOnce(long bytesMax) {
        return engine(bytesMax, Duration.ZERO, Optional.empty());
    }

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt) throws InterruptedException {
        return read(engine.submit(request(prompt).build()));
    }

    private static String alone(String prompt) throws InterruptedException {
        try (BatchingEngine engine = EngineTestCase.engine(new FakeDecoder(CELLS, 1, 64, Script.endless()), 1)) {
            return ask(engine, prompt).text();
        }
    }

    /** Lets the engine's thread come round so often that it has saved whatever it is going to save: a block a turn. */
    private static void comeRound(BatchingEngine engine) {
        for (int turn = 0; turn < 10; turn++) {
            engine.conversations();
        }
    }

    private static long figure(BatchingEngine engine, EngineFigure figure) {
        return engine.figures().get(figure);
    }

    @Test
    void fullBlocksAreCopiedAndTheChatGoesOnInPlace() throws InterruptedException {
        try (BatchingEngine engine = savesAtOnce(PLENTY)) {
            String answer = ask(engine, CHAT).text();
            comeRound(engine);
            assertThat(decoder.savedCells).isEqualTo(FULL_BLOCKS * Block.TOKENS);
            String next = CHAT + answer + " and then?";
            EngineTestCase.Answer second = ask(engine, next);
            assertThat(second.statistics().reusedTokens()).isEqualTo(CHAT_CELLS);
            assertThat(second.text()).isEqualTo(alone(next));
            assertThat(decoder.restores).isZero();
            comeRound(engine);
            assertThat(decoder.savedCells).isEqualTo(FULL_BLOCKS * Block.TOKENS);
        }
        assertThat(decoder.saved).isEmpty();
    }

    @Test
    void anotherChatThenOnlyWaitsForTheLastPart() throws InterruptedException {
        try (BatchingEngine engine = savesAtOnce(PLENTY)) {
            String answer = ask(engine, CHAT).text();
            comeRound(engine);
            int ahead = decoder.savedCells;
            ask(engine, "b".repeat(100));
            assertThat(decoder.savedCells - ahead).isEqualTo(CHAT_CELLS - FULL_BLOCKS * Block.TOKENS);
            assertThat(decoder.cellsRead()).isEqualTo(119);
            String next = CHAT + answer + "?";
            EngineTestCase.Answer second = ask(engine, next);
            assertThat(second.statistics().reusedTokens()).isEqualTo(CHAT_CELLS);
            assertThat(second.text()).isEqualTo(alone(next));
            assertThat(decoder.restoredCells).isEqualTo(CHAT_CELLS);
        }
    }

    @Test
    void nothingIsCopiedBeforeTheQuietTimeIsOver() throws InterruptedException {
        try (BatchingEngine engine = engine(PLENTY, EngineTestCase.NEVER, Optional.empty())) {
            ask(engine, CHAT);
            comeRound(engine);
            assertThat(decoder.saves).isZero();
        }
    }

    @Test
    void aCopyTakesNobodysRoom() throws InterruptedException {
        long parked = (long) CHAT_CELLS * FakeDecoder.CELL_BYTES;
        long room = parked + (Block.TOKENS / 2) * (long) FakeDecoder.CELL_BYTES;
        try (BatchingEngine engine = savesAtOnce(room)) {
            ask(engine, CHAT);
            ask(engine, "b".repeat(300));
            comeRound(engine);
            assertThat(decoder.savedCells).isEqualTo(CHAT_CELLS);
            assertThat(figure(engine, EngineFigure.MEMORY_BYTES)).isEqualTo(parked);
            assertThat(figure(engine, EngineFigure.LOST)).isZero();
        }
    }

    @Test
    void filesAreWrittenMeanwhile(@TempDir Path root) throws Exception {
        BlockFolder kept = new DiskCache(root, OptionalLong.of(PLENTY)).open("toy", "kind");
        try (BatchingEngine engine = engine(PLENTY, Duration.ZERO, Optional.of(kept))) {
            ask(engine, CHAT);
            await(() -> figure(engine, EngineFigure.DISK_WRITES) == FULL_BLOCKS);
        }
    }
}
