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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The real library's cells in copies on the device, which here is the CPU: greedy text is that of an engine whose cells
 * never moved.
 */
@Tag("native")
@Timeout(300)
class DeviceOnLlamaTest {
    private static final Path BUILT_IN = Path.of("../models/tiny-qwen3/tiny-qwen3.gguf");
    private static final int ANSWER = 20;
    private static final List<String> QUESTIONS =
            List.of("What is the capital of Italy?", "Count to 5.", "Who are you?", "What is the opposite of hot?");

    private static BatchingEngine open(KvType kvType, long deviceBytesMax) {
        var settings = new ModelSettings(1024, 2, 8, 0, kvType, 1, 256, true).withDeviceCopies(8);
        OpenModel model = TestModels.runtime().open(BUILT_IN, settings, LoadProgress.NONE);
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

    private static String ask(BatchingEngine engine, String chat) throws InterruptedException {
        int[] tokens = engine.tokenizer().encode(chat, false, true);
        Generation generation = engine.submit(new GenerationRequest(
                "test", chat, tokens, SamplingSettings.GREEDY, List.of(), ANSWER, 4, false, -1, null, "", Set.of()));
        StringBuilder text = new StringBuilder();
        TokenEvent event = generation.next();
        while (event instanceof TokenEvent.Piece piece) {
            text.append(piece.text());
            event = generation.next();
        }
        assertThat(event).isInstanceOf(TokenEvent.Finish.class);
        return text.toString();
    }

    /** Long enough that idle cells are moved out of its way. */
    private static String question(String text) {
        return "<|im_start|>user\n" + (text + "\n").repeat(12) + text
                + "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";
    }

    /** Chats take turns, so that each lies idle while others decode beside it. Gives all answers. */
    private static List<String> turns(BatchingEngine engine) throws InterruptedException {
        List<String> answers = new ArrayList<>();
        List<String> chats = new ArrayList<>(Collections.nCopies(QUESTIONS.size(), ""));
        for (int turn = 0; turn < QUESTIONS.size(); turn++) {
            for (int chat = 0; chat < QUESTIONS.size(); chat++) {
                String asked = chats.get(chat) + question(QUESTIONS.get((chat + turn) % QUESTIONS.size()));
                String answer = ask(engine, asked);
                answers.add(answer);
                chats.set(chat, asked + answer + "<|im_end|>\n");
            }
        }
        return answers;
    }

    @Test
    void chatsOnTheDeviceGoOnWithTheTextOfChatsThatNeverMoved() throws InterruptedException {
        List<String> stayed;
        try (BatchingEngine engine = open(KvType.F16, 0)) {
            stayed = turns(engine);
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isZero();
        }
        try (BatchingEngine engine = open(KvType.F16, 1L << 30)) {
            List<String> moved = turns(engine);
            assertThat(moved).isEqualTo(stayed).doesNotContain("");
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isGreaterThanOrEqualTo(QUESTIONS.size());
            assertThat(engine.figures().get(EngineFigure.DEVICE_BYTES)).isPositive();
            assertThat(engine.conversations())
                    .extracting(CachedConversation::tier)
                    .contains(CachedConversation.Tier.GPU);
        }
    }

    @Test
    void aQuantisedCacheKeepsNothingThere() throws InterruptedException {
        try (BatchingEngine engine = open(KvType.Q8_0, 1L << 30)) {
            assertThat(turns(engine)).hasSize(QUESTIONS.size() * QUESTIONS.size());
            assertThat(engine.figures().get(EngineFigure.HITS_DEVICE)).isZero();
            assertThat(engine.figures().get(EngineFigure.DEVICE_BYTES)).isZero();
        }
    }
}
