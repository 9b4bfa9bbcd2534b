package dev.llamero.inference.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.prompt.AnswerTags;
import dev.llamero.inference.prompt.ChatTemplate;
import dev.llamero.inference.prompt.Prompt;
import dev.llamero.inference.prompt.PromptBuilder;
import dev.llamero.inference.prompt.PromptMemory;
import dev.llamero.inference.prompt.TokenizingPool;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The next turn finds the cells of the whole answer, also where the tokenizer would split its text otherwise. */
@Tag("native")
@Timeout(300)
class NextTurnTest {
    private static final String FIRST = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n";
    private static final String NEXT = "<|im_end|>\n<|im_start|>user\ngo on<|im_end|>\n<|im_start|>assistant\n";

    private record Answer(String text, TokenEvent.Finish finish) {}

    private static BatchingEngine open() {
        OpenModel model = TestModels.runtime()
                .open(TestModels.shared(TestModels.SMOLLM), TestModels.settings(512, 8), LoadProgress.NONE);
        return new BatchingEngine(
                "smol",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(1, 8, model.info().contextTokens(), 0),
                Optional.empty(),
                model);
    }

    /** Hot sampling writes words in unusual pieces. */
    private static Answer run(BatchingEngine engine, Prompt prompt, long seed, int tokensMax)
            throws InterruptedException {
        var sampling = new SamplingSettings(1.6f, 0, 1, 0, 1, 0, 1, 0, 0, seed);
        var text = new StringBuilder();
        try (Generation generation = engine.submit(new GenerationRequest(
                "test", prompt.text(), prompt.tokens(), sampling, List.of(), tokensMax, 4, false, -1, null, ""))) {
            TokenEvent event = generation.next();
            while (event instanceof TokenEvent.Piece piece) {
                text.append(piece.text());
                event = generation.next();
            }
            return new Answer(text.toString(), (TokenEvent.Finish) event);
        }
    }

    @Test
    void anAnswerThatIsSplitUnusuallyIsReusedToItsEnd() throws Exception {
        int unusual = 0;
        try (BatchingEngine engine = open();
                var pool = new TokenizingPool()) {
            for (int seed = 0; seed < 40 && unusual < 3; seed++) {
                var prompts = new PromptBuilder(
                        new ChatTemplate(Map::toString, "", "", false, AnswerTags.QWEN),
                        engine.tokenizer(),
                        pool,
                        new PromptMemory(),
                        512);
                Prompt first = prompts.of(FIRST);
                Answer answer = run(engine, first, seed, 24);
                int[] usual = engine.tokenizer().encode(FIRST + answer.text(), true, true);
                int written = first.tokens().length + answer.finish().tokens().length;
                int same = Arrays.mismatch(
                        usual, concat(first.tokens(), answer.finish().tokens()));
                if (same < 0 || same >= written - 2) {
                    continue;
                }
                prompts.remember(first, answer.text(), answer.finish().tokens(), Set.of());
                Prompt next = prompts.of(FIRST + answer.text() + NEXT);
                if (Arrays.mismatch(next.tokens(), usual) < same) {
                    continue;
                }
                if (next.tokens()[same] == usual[same]) {
                    // The text had half a character, and so is not what its tokens say.
                    continue;
                }
                unusual++;
                assertThat(prompts.text(next.tokens())).isEqualTo(next.text());
                assertThat(run(engine, next, seed, 1).finish().statistics().reusedTokens())
                        .as("the last token was never evaluated")
                        .isGreaterThanOrEqualTo(written - 1);
            }
        }
        assertThat(unusual).as("answers in unusual pieces").isPositive();
    }

    private static int[] concat(int[] a, int[] b) {
        int[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
