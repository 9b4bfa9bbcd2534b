package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.CachedConversation;
import dev.llamero.inference.engine.EngineFigure;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.StepSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.models.KvType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real library's cells in copies on the device, which here is the CPU: greedy text is that of an engine whose cells
 * never moved.
 */
@Tag("native")
@Timeout(300)
class DeviceOnLlamaTest {
    private static final Path BUILT_IN = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final int CHATS = 4;
    private static final int TURNS = 3;
    private static final int ANSWER = 24;
    private static final int PROMPT = 250;

    private static BatchingEngine open(Path gguf, KvType kvType, long deviceBytesMax) {
        var settings = new ModelSettings(1024, 2, 8, 0, kvType, 2, 256, true).withDeviceCopies(8);
        OpenModel model = TestModels.runtime().open(gguf, settings, LoadProgress.NONE);
        var limits = new EngineLimits(2, 8, model.info().contextTokens(), 0, deviceBytesMax);
        return new BatchingEngine(
                "device",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                limits,
                StepSettings.of(model.info()).withDraftTokensMax(0),
                Optional.empty(),
                model);
    }

    private static int[] ask(BatchingEngine engine, int[] tokens, String salt) throws InterruptedException {
        Generation generation = engine.submit(new GenerationRequest(
                "test", "", tokens, SamplingSettings.GREEDY, List.of(), ANSWER, 4, false, -1, null, salt, Set.of()));
        StringBuilder text = new StringBuilder();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            event = generation.next();
        }
        assertThat(event).isInstanceOf(TokenEvent.Finish.class);
        return engine.tokenizer().encode(text.toString(), false, false);
    }

    private static int[] joined(int[] one, int[] other) {
        int[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static int[] prompt(BatchingEngine engine, int chat) {
        String words = ("Chat " + chat + ": the sea is wide and the old boats drift. ").repeat(60);
        return Arrays.copyOf(engine.tokenizer().encode(words, false, false), PROMPT);
    }

    /** Chats take turns, so that each lies idle while others decode beside it. Gives all answers. */
    private static List<int[]> turns(BatchingEngine engine) throws InterruptedException {
        List<int[]> answers = new ArrayList<>();
        List<int[]> chats = new ArrayList<>();
        for (int chat = 0; chat < CHATS; chat++) {
            chats.add(prompt(engine, chat));
        }
        for (int turn = 0; turn < TURNS; turn++) {
            for (int chat = 0; chat < CHATS; chat++) {
                int[] asked = joined(chats.get(chat), engine.tokenizer().encode(" And in the evening? ", false, false));
                int[] answer = ask(engine, asked, "");
                answers.add(answer);
                chats.set(chat, joined(asked, answer));
            }
        }
        return answers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"BUILT_IN", "SMOL"})
    void chatsOnTheDeviceGoOnWithTheTextOfChatsThatNeverMoved(String which) throws InterruptedException {
        Path gguf = which.equals("SMOL") ? TestModels.shared(TestModels.SMOLLM) : BUILT_IN;
        List<int[]> stayed;
        try (BatchingEngine engine = open(gguf, KvType.F16, 0)) {
            stayed = turns(engine);
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isZero();
        }
        try (BatchingEngine engine = open(gguf, KvType.F16, 1L << 30)) {
            List<int[]> moved = turns(engine);
            assertThat(moved).usingElementComparator(Arrays::compare).isEqualTo(stayed);
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isGreaterThanOrEqualTo(CHATS);
            assertThat(engine.figures().get(EngineFigure.DEVICE_BYTES)).isPositive();
            assertThat(engine.conversations())
                    .extracting(CachedConversation::tier)
                    .contains(CachedConversation.Tier.GPU);
        }
    }

    @Test
    void aQuantisedCacheKeepsNothingThere() throws InterruptedException {
        try (BatchingEngine engine = open(BUILT_IN, KvType.Q8_0, 1L << 30)) {
            assertThat(turns(engine)).hasSize(CHATS * TURNS);
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isZero();
            assertThat(engine.figures().get(EngineFigure.DEVICE_BYTES)).isZero();
        }
    }
}
