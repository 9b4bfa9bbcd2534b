package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.await;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.disk.BlockFolder;
import dev.llamero.inference.disk.DiskCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random chats of several users through every tier, with too little room in each, callers that leave, saves, restores
 * and steps that fail, restarts, and files damaged between them: every answer is that of a fresh engine, and nothing is
 * left behind.
 */
@Timeout(120)
class DiskStressTest {
    private static final int CELLS = 3_000;
    private static final int CONTEXT = 1_400;
    private static final int SEQUENCES = 6;
    private static final int RESTARTS = 4;
    private static final int ROUNDS = 60;
    private static final int CLIENTS = 5;

    @TempDir
    Path root;

    private final Map<String, String> fresh = new HashMap<>();
    private FakeDecoder decoder;

    @ParameterizedTest
    @CsvSource({"1, 9000, 60000", "2, 30000, 1000000", "3, 6000, 20000", "4, 15000, 200000"})
    void everyAnswerIsThatOfAFreshEngine(long seed, long memoryMax, long diskMax) throws Exception {
        Random random = new Random(seed);
        List<String> chats = new ArrayList<>();
        int truncated = 0;
        long writes = 0;
        for (int restart = 0; restart < RESTARTS; restart++) {
            try (BatchingEngine engine = open(random, memoryMax, diskMax)) {
                for (int round = 0; round < ROUNDS; round++) {
                    round(engine, random, chats);
                }
                Map<EngineFigure, Long> figures = engine.figures();
                writes += figures.get(EngineFigure.DISK_WRITES);
                assertThat(figures.get(EngineFigure.SET_ASIDE)).isGreaterThanOrEqualTo(truncated);
                assertThat(figures.get(EngineFigure.TOKENS_REUSED)).isPositive();
                // Half of the memory more, or a block, may be on its way to disk.
                assertThat(figures.get(EngineFigure.MEMORY_BYTES))
                        .isLessThanOrEqualTo(memoryMax * 3 / 2 + (long) Block.TOKENS * FakeDecoder.CELL_BYTES);
                decoder.beforeStep = batch -> null;
                engine.forgetConversations();
                assertThat(engine.conversations()).isEmpty();
                assertThat(decoder.freeCells()).isEqualTo(CELLS);
                // What was being written or read is freed when that ends.
                await(decoder.saved::isEmpty);
                round(engine, random, chats);
            }
            assertThat(decoder.saved).isEmpty();
            assertThat(bytes()).isLessThanOrEqualTo(diskMax);
            truncated = damage(random);
        }
        assertThat(writes).isPositive();
    }

    private BatchingEngine open(Random random, long memoryMax, long diskMax) throws IOException {
        decoder = new FakeDecoder(CELLS, SEQUENCES, 64, Script.ending(400));
        decoder.recording = false;
        Random trouble = new Random(random.nextLong());
        decoder.beforeStep = batch -> {
            decoder.savesFail = trouble.nextInt(20) == 0;
            decoder.restoresFail = trouble.nextInt(20) == 0;
            return trouble.nextInt(60) == 0 ? Decoder.Outcome.ABORTED : null;
        };
        EngineInfo info = new EngineInfo("fake", CONTEXT, 3, 0, 0);
        EngineLimits limits = new EngineLimits(3, CLIENTS, CONTEXT, memoryMax);
        BlockFolder kept = new DiskCache(root, OptionalLong.of(diskMax)).open("toy", "kind");
        return new BatchingEngine("toy", decoder, EngineTestCase.TOKENIZER, info, limits, Optional.of(kept), () -> {});
    }

    private void round(BatchingEngine engine, Random random, List<String> chats) throws InterruptedException {
        List<String> prompts = new ArrayList<>();
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String prompt = prompt(random, chats);
            prompts.add(prompt);
            String salt = "user " + prompt.length() % 2;
            generations.add(
                    engine.submit(request(prompt).salt(salt).tokensMax(12).build()));
        }
        for (int i = 0; i < CLIENTS; i++) {
            if (random.nextInt(6) == 0) {
                generations.get(i).cancel();
            }
            EngineTestCase.Answer answer = read(generations.get(i));
            String prompt = prompts.get(i);
            String expected = alone(prompt);
            if (answer.reason() == FinishReason.CANCELLED) {
                assertThat(expected).startsWith(answer.text());
            } else {
                assertThat(answer.text()).isEqualTo(expected);
                chats.add(prompt + answer.text());
            }
        }
    }

    /** A new chat under one of three systems, a chat's next turn, or an old one again. */
    private static String prompt(Random random, List<String> chats) {
        boolean goesOn = !chats.isEmpty() && random.nextInt(3) > 0;
        String base = goesOn
                ? chats.get(chats.size() - 1 - random.nextInt(Math.min(40, chats.size())))
                : "system " + random.nextInt(3) + ": " + "instructions ".repeat(25);
        String prompt = base + "u".repeat(random.nextInt(120)) + random.nextInt(100);
        return prompt.length() < CONTEXT - 20 ? prompt : prompt.substring(0, CONTEXT / 2);
    }

    private String alone(String prompt) throws InterruptedException {
        String known = fresh.get(prompt);
        if (known == null) {
            FakeDecoder own = new FakeDecoder(CONTEXT, 1, 64, Script.ending(400));
            try (BatchingEngine engine = EngineTestCase.engine(own, 1, 0, CONTEXT)) {
                known = read(engine.submit(request(prompt).tokensMax(12).build()))
                        .text();
            }
            fresh.put(prompt, known);
        }
        return known;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".kv"))
                    .sorted()
                    .toList();
        }
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            sum += Files.size(file);
        }
        return sum;
    }

    /** Gives how many files no scan takes for whole. */
    private int damage(Random random) throws IOException {
        int truncated = 0;
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            int kind = random.nextInt(6);
            if (kind == 0) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            } else if (kind == 1) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                truncated++;
            }
            Files.write(file, bytes);
        }
        return truncated;
    }
}
