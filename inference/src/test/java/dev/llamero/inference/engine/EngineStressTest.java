package dev.llamero.inference.engine;

import static dev.llamero.inference.engine.EngineTestCase.engine;
import static dev.llamero.inference.engine.EngineTestCase.read;
import static dev.llamero.inference.engine.EngineTestCase.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hundreds of random requests with random cancels, too few cells and random trouble; seeded by the parameter. */
@Timeout(120)
class EngineStressTest {
    private static final int CELLS = 300;
    private static final int SEQUENCES = 9;
    private static final int CONTEXT = 120;
    private static final int REQUESTS = 400;
    private static final int CLIENTS = 8;

    private record Case(GenerationRequest request, int cancelAfterPieces) {}

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "2, 0, 0",
        "3, 0, 0",
        "4, 0, 0",
        "1, 100000, 0",
        "2, 100000, 0",
        "3, 2000, 0",
        "4, 900, 0",
        "5, 100000, 100000",
        "6, 100000, 3000",
        "7, 2000, 1500",
        "8, 0, 4000"
    })
    void everyGenerationEndsWithTheTextItWouldHaveAlone(long seed, long parkedBytesMax, long deviceBytesMax)
            throws InterruptedException {
        Random random = new Random(seed);
        FakeDecoder decoder = new FakeDecoder(CELLS, SEQUENCES, 32, Script.ending(50));
        decoder.recording = false;
        decoder.device.copiesMax = deviceBytesMax > 0 ? 12 : 0;
        Random trouble = new Random(seed + 100);
        decoder.beforeStep = batch -> {
            decoder.savesFail = trouble.nextInt(10) == 0;
            decoder.restoresFail = trouble.nextInt(5) == 0;
            decoder.device.keepsFail = trouble.nextInt(10) == 0;
            decoder.device.bringsBackFail = trouble.nextInt(10) == 0;
            return switch (trouble.nextInt(40)) {
                case 0 -> Decoder.Outcome.ABORTED;
                case 1 -> batch.size() > 20 ? Decoder.Outcome.NO_ROOM : null;
                default -> null;
            };
        };
        List<Case> cases = cases(random);
        List<EngineTestCase.Answer> answers = new ArrayList<>();
        EngineLimits limits = new EngineLimits(5, CLIENTS, CONTEXT, parkedBytesMax, deviceBytesMax);
        try (BatchingEngine engine = engine(decoder, limits, EngineTestCase.STEPS, System::nanoTime)) {
            for (int at = 0; at < cases.size(); at += CLIENTS) {
                List<Generation> generations = new ArrayList<>();
                for (Case each : cases.subList(at, at + CLIENTS)) {
                    generations.add(engine.submit(each.request()));
                }
                for (int i = 0; i < CLIENTS; i++) {
                    answers.add(
                            readOrCancel(generations.get(i), cases.get(at + i).cancelAfterPieces()));
                }
            }
            decoder.beforeStep = batch -> null;
            engine.forgetConversations();
            assertThat(decoder.freeCells()).isEqualTo(CELLS);
        }
        assertThat(decoder.saved).isEmpty();
        // What is kept depends on measured times; where there is hardly any room, perhaps nothing comes back.
        boolean hostAlone = parkedBytesMax > 0 && deviceBytesMax == 0;
        assertThat(decoder.saves > 0 || !hostAlone).isTrue();
        assertThat(decoder.restores > 0 || parkedBytesMax == 900 || !hostAlone).isTrue();
        assertThat(parkedBytesMax > 0 || decoder.saves + decoder.restores == 0).isTrue();
        assertThat(decoder.device.keeps > 0).isEqualTo(deviceBytesMax > 0);
        assertThat(decoder.device.broughtBack > 0).isEqualTo(deviceBytesMax > 0);
        for (int i = 0; i < cases.size(); i++) {
            check(cases.get(i), answers.get(i));
        }
    }

    private static List<Case> cases(Random random) {
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            String prompt = "system ".repeat(random.nextInt(6)) + "q".repeat(random.nextInt(30)) + random.nextInt(30);
            if (i > 0 && random.nextInt(4) == 0) {
                prompt = cases.get(random.nextInt(i)).request().promptText() + "x" + random.nextInt(3);
            }
            prompt = prompt.substring(0, Math.min(prompt.length(), CONTEXT - 30));
            EngineTestCase.RequestBuilder builder = request(prompt)
                    .tokensMax(random.nextInt(90))
                    .salt("s" + random.nextInt(2))
                    .stops("zz", "qa");
            if (random.nextInt(3) == 0) {
                builder.shift(random.nextInt(10));
            }
            cases.add(new Case(builder.build(), random.nextInt(5) == 0 ? random.nextInt(20) : Integer.MAX_VALUE));
        }
        return cases;
    }

    private static EngineTestCase.Answer readOrCancel(Generation generation, int cancelAfterPieces)
            throws InterruptedException {
        StringBuilder text = new StringBuilder();
        for (int pieces = 0; pieces < cancelAfterPieces; pieces++) {
            TokenEvent event = generation.next();
            if (!(event instanceof TokenEvent.Piece piece)) {
                return new EngineTestCase.Answer(text.toString(), List.of(), List.of(), event);
            }
            text.append(piece.text());
        }
        generation.cancel();
        EngineTestCase.Answer rest = read(generation);
        return new EngineTestCase.Answer(text + rest.text(), List.of(), List.of(), rest.end());
    }

    private static void check(Case each, EngineTestCase.Answer answer) throws InterruptedException {
        if (answer.end() instanceof TokenEvent.Failure failure) {
            // The decoder said that even a generation alone has no room.
            assertThat(failure.cause()).hasMessageContaining("no room");
            return;
        }
        FakeDecoder own = new FakeDecoder(CONTEXT, 1, 32, Script.ending(50));
        try (BatchingEngine engine = engine(own, 1, 0, CONTEXT)) {
            EngineTestCase.Answer alone = read(engine.submit(each.request()));
            if (answer.reason() == FinishReason.CANCELLED) {
                assertThat(alone.text()).startsWith(answer.text());
            } else {
                assertThat(answer.text()).isEqualTo(alone.text());
                assertThat(answer.reason()).isEqualTo(alone.reason());
                assertThat(answer.statistics().generatedTokens())
                        .isEqualTo(alone.statistics().generatedTokens());
            }
        }
    }
}
