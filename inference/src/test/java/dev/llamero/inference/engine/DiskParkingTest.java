package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.await;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.disk.DiskCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Conversations that outlive host memory and the process on disk. */
@Timeout(60)
class DiskParkingTest {
    private static final int CELLS = 4096;
    private static final long PLENTY = 1_000_000;
    private static final long NANOS_PER_ROW = 500_000;
    private static final String CHAT = "a".repeat(700);

    @TempDir
    Path root;

    private FakeDecoder decoder;

    private BatchingEngine open(long memoryMax, long diskMax) throws IOException {
        decoder = new FakeDecoder(CELLS, 6, 64, Script.endless());
        // What costs less than a file is not kept in one.
        decoder.beforeStep = batch -> {
            LockSupport.parkNanos(NANOS_PER_ROW * batch.size());
            return null;
        };
        EngineInfo info = new EngineInfo("fake", CELLS, 2, 0, 0);
        EngineLimits limits = new EngineLimits(2, 100, CELLS, memoryMax);
        var kept = new DiskCache(root, OptionalLong.of(diskMax)).open("toy", "kind");
        return new BatchingEngine(
                "toy",
                decoder,
                EngineTestCase.TOKENIZER,
                info,
                limits,
                EngineTestCase.STEPS,
                Optional.of(kept),
                () -> {});
    }

    private static EngineTestCase.Answer ask(BatchingEngine engine, String prompt) throws InterruptedException {
        return read(engine.submit(request(prompt).build()));
    }

    private static String alone(String prompt) throws InterruptedException {
        try (BatchingEngine engine = EngineTestCase.engine(new FakeDecoder(4096, 1, 64, Script.endless()), 1)) {
            return ask(engine, prompt).text();
        }
    }

    private static long figure(BatchingEngine engine, EngineFigure figure) {
        return engine.figures().get(figure);
    }

    private static void awaitDisk(BatchingEngine engine) throws InterruptedException {
        await(() -> figure(engine, EngineFigure.DISK_QUEUE_BYTES) == 0);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".kv")).toList();
        }
    }

    @Test
    void afterARestartTheNextTurnIsAWarmOne() throws Exception {
        String answer;
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            answer = ask(engine, CHAT).text();
        }
        assertThat(decoder.saved).isEmpty();
        assertThat(files()).hasSize(3);
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            String next = CHAT + answer + " and then?";
            EngineTestCase.Answer second = ask(engine, next);
            assertThat(second.statistics().reusedTokens()).isEqualTo(CHAT.length() + answer.length() - 1);
            assertThat(decoder.rowsEvaluated()).isEqualTo(" and then?".length() + 1 + 19);
            assertThat(second.text()).isEqualTo(alone(next));
            assertThat(figure(engine, EngineFigure.DISK_READS)).isEqualTo(3);
            assertThat(figure(engine, EngineFigure.HITS_DISK)).isOne();
            assertThat(figure(engine, EngineFigure.SET_ASIDE)).isZero();
        }
        assertThat(decoder.saved).isEmpty();
    }

    @Test
    void aThirdProcessFindsWhatTheSecondOnlyContinued() throws Exception {
        String chat = CHAT;
        for (int turn = 0; turn < 4; turn++) {
            try (BatchingEngine engine = open(PLENTY, PLENTY)) {
                EngineTestCase.Answer answer = ask(engine, chat);
                assertThat(answer.statistics().reusedTokens()).isEqualTo(turn == 0 ? 0 : chat.length() - 2);
                chat += answer.text() + "?";
            }
        }
        assertThat(decoder.savedCells).isLessThan(2 * Block.TOKENS);
        assertThat(files()).hasSize(chat.length() / Block.TOKENS + 1);
    }

    @Test
    void whatLeavesMemoryGoesToDiskAndComesBack() throws Exception {
        long memory = 2L * 720 * FakeDecoder.CELL_BYTES;
        List<String> chats = new ArrayList<>();
        try (BatchingEngine engine = open(memory, PLENTY)) {
            for (char letter = 'a'; letter < 'a' + 5; letter++) {
                String chat = Character.toString(letter).repeat(700);
                chats.add(chat + ask(engine, chat).text() + "?");
                awaitDisk(engine);
            }
            for (int turn = 0; turn < 2; turn++) {
                for (int i = 0; i < chats.size(); i++) {
                    EngineTestCase.Answer answer = ask(engine, chats.get(i));
                    awaitDisk(engine);
                    assertThat(answer.statistics().reusedTokens())
                            .as("turn %d of chat %d", turn, i)
                            .isGreaterThanOrEqualTo(chats.get(i).length() - 2);
                    assertThat(answer.text()).isEqualTo(alone(chats.get(i)));
                    assertThat(figure(engine, EngineFigure.MEMORY_BYTES)).isLessThanOrEqualTo(memory * 3 / 2 + 2560);
                    chats.set(i, chats.get(i) + answer.text() + "?");
                }
            }
            assertThat(figure(engine, EngineFigure.LOST)).isZero();
            assertThat(figure(engine, EngineFigure.EVICTIONS_MEMORY)).isPositive();
            assertThat(figure(engine, EngineFigure.HITS_DISK)).isPositive();
        }
    }

    @Test
    void aDamagedFileCostsItsTokensAndNothingElse() throws Exception {
        String answer;
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            answer = ask(engine, CHAT).text();
        }
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1;
            Files.write(file, bytes);
        }
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            EngineTestCase.Answer again = ask(engine, CHAT);
            assertThat(again.statistics().reusedTokens()).isZero();
            assertThat(again.text()).isEqualTo(answer);
            assertThat(figure(engine, EngineFigure.SET_ASIDE)).isPositive();
        }
    }

    @Test
    void aBeginningThatIsGoneMakesItsContinuationsUseless() throws Exception {
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            ask(engine, CHAT);
        }
        for (Path file : files()) {
            if (Files.size(file) > 2560 && isFirst(file)) {
                Files.delete(file);
            }
        }
        assertThat(files()).hasSize(2);
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            assertThat(ask(engine, CHAT).statistics().reusedTokens()).isZero();
        }
        assertThat(files()).hasSize(3);
    }

    private static boolean isFirst(Path file) throws IOException {
        // The first position stands behind magic, kind, salt and parent.
        return ByteBuffer.wrap(Files.readAllBytes(file)).getInt(8 + 32 + 32 + 16) == 0;
    }

    @Test
    void aSharedBeginningIsOnDiskOnce() throws Exception {
        String system = "s".repeat(512);
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            for (char letter = 'a'; letter < 'a' + 5; letter++) {
                ask(engine, system + Character.toString(letter).repeat(50));
            }
        }
        assertThat(files()).hasSize(2 + 5);
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            assertThat(ask(engine, system + "zzz").statistics().reusedTokens()).isEqualTo(512);
        }
    }

    @Test
    void anotherSaltFindsNothingOnDiskEither() throws Exception {
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            read(engine.submit(request(CHAT).salt("one").build()));
        }
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            assertThat(read(engine.submit(request(CHAT).salt("two").build()))
                            .statistics()
                            .reusedTokens())
                    .isZero();
            assertThat(read(engine.submit(request(CHAT).salt("one").build()))
                            .statistics()
                            .reusedTokens())
                    .isEqualTo(CHAT.length() - 1);
        }
    }

    @Test
    void aFullDiskKeepsWhatWasUsedLast() throws Exception {
        long room = 3 * (2560 + 1160 + 720L * FakeDecoder.CELL_BYTES);
        try (BatchingEngine engine = open(8000, room)) {
            for (char letter = 'a'; letter < 'a' + 8; letter++) {
                ask(engine, Character.toString(letter).repeat(700));
                long parked = (long) (letter - 'a') * 2;
                await(() -> figure(engine, EngineFigure.DISK_WRITES) >= Math.min(parked, 2)
                        && figure(engine, EngineFigure.DISK_QUEUE_BYTES) == 0);
            }
            assertThat(files().stream()
                            .mapToLong(file -> file.toFile().length())
                            .sum())
                    .isLessThanOrEqualTo(room);
            assertThat(ask(engine, "g".repeat(700)).text()).isEqualTo(alone("g".repeat(700)));
        }
        assertThat(files().stream().mapToLong(file -> file.toFile().length()).sum())
                .isLessThanOrEqualTo(room);
        assertThat(decoder.saved).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenToCostsNothingButTheCache() throws Exception {
        try (BatchingEngine engine = open(PLENTY, PLENTY)) {
            try (Stream<Path> folders = Files.list(root)) {
                for (Path folder : folders.toList()) {
                    folder.toFile().setWritable(false);
                }
            }
            ask(engine, CHAT);
            ask(engine, "b".repeat(700));
            assertThat(ask(engine, CHAT).statistics().reusedTokens()).isEqualTo(CHAT.length() - 1);
        } finally {
            try (Stream<Path> folders = Files.list(root)) {
                folders.forEach(folder -> folder.toFile().setWritable(true));
            }
        }
        assertThat(decoder.saved).isEmpty();
    }
}
