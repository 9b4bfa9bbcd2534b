package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.models.KvType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who asks the same question again gets the same greedy answer, whatever was asked and dropped in between: with a model
 * that is undecided about most of its words, so that the last bits of its numbers decide.
 */
@Tag("native")
@Timeout(300)
class SameAnswerTest {
    private static final String[] SUBJECTS = {"a llama", "the sea", "two mountains", "a clock", "bread"};
    private static final int QUESTIONS = 10;
    private static final int TOKENS = 32;

    /** A few more ids than run at once, so that they are soon used up. */
    private static final int SEQUENCES = 8;

    private static BatchingEngine open() {
        var settings = new ModelSettings(2048, 2, SEQUENCES, 0, KvType.F16, 2, 512, true);
        OpenModel model = TestModels.runtime().open(TestModels.shared(TestModels.SMOLLM), settings, LoadProgress.NONE);
        return new BatchingEngine(
                "smol",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(4, 8, model.info().contextTokens(), 1L << 30),
                Optional.empty(),
                model);
    }

    private static Generation submit(BatchingEngine engine, String question) {
        String prompt = "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n";
        int[] tokens = engine.tokenizer().encode(prompt, true, true);
        return engine.submit(new GenerationRequest(
                "test", prompt, tokens, SamplingSettings.GREEDY, List.of(), TOKENS, 4, false, -1, null, ""));
    }

    private static String ask(BatchingEngine engine, String question) throws InterruptedException {
        var text = new StringBuilder();
        try (Generation generation = submit(engine, question)) {
            TokenEvent event = generation.next();
            while (event instanceof TokenEvent.Piece piece) {
                text.append(piece.text());
                event = generation.next();
            }
            assertThat(event).isInstanceOf(TokenEvent.Finish.class);
        }
        return text.toString();
    }

    private static void askAndLeave(BatchingEngine engine, String question, int pieces) throws InterruptedException {
        try (Generation generation = submit(engine, question)) {
            for (int i = 0; i < pieces && generation.next() instanceof TokenEvent.Piece; i++) {
                // Leaves in the middle of the answer.
            }
        }
    }

    @Test
    void theSameQuestionHasTheSameAnswer() throws InterruptedException {
        try (BatchingEngine engine = open()) {
            for (int number = 0; number < QUESTIONS; number++) {
                String question = "Tell me about " + SUBJECTS[number % SUBJECTS.length] + ", number " + number + ".";
                String first = ask(engine, question);
                assertThat(first).isNotBlank();
                assertThat(ask(engine, question)).as(question).isEqualTo(first);
                askAndLeave(engine, question, 3 + number);
                assertThat(ask(engine, question))
                        .as(question + " after a dropped one")
                        .isEqualTo(first);
            }
        }
    }
}
