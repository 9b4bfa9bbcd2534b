package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The next turn's prompt has the tokens that the model wrote, not those that its text would be split into. */
class PromptMemoryTest {
    private final PieceTokenizer tokenizer =
            new PieceTokenizer("<|end|>", "<|user|>", "hel", "hello", "lo", " world", " wor", "ld", "hi", "?", "!");
    private final TokenizingPool pool = new TokenizingPool();
    private final PromptMemory memory = new PromptMemory();
    private final PromptBuilder prompts = new PromptBuilder(
            new ChatTemplate(Map::toString, "", "", false, AnswerTags.QWEN), tokenizer, pool, memory, 100);

    @AfterEach
    void close() {
        pool.close();
    }

    private static String text(PromptBuilder prompts, int[] tokens) {
        return prompts.text(tokens);
    }

    @Test
    void anAnswerKeepsTheTokensItWasWrittenIn() throws Exception {
        Prompt first = prompts.of("<|user|>hi<|end|>");
        int[] answer = tokenizer.tokens("hel", "lo", " wor", "ld");
        prompts.remember(first, "hello world", answer, Set.of());
        Prompt next = prompts.of("<|user|>hi<|end|>hello world<|end|><|user|>?<|end|>");
        assertThat(next.tokens())
                .containsExactly(TokenizingPool.joined(java.util.List.of(
                        first.tokens(), answer, tokenizer.tokens("<|end|>", "<|user|>", "?", "<|end|>"))));
        assertThat(text(prompts, next.tokens())).isEqualTo(next.text());
    }

    @Test
    void theLongestKnownConversationCounts() throws Exception {
        Prompt first = prompts.of("<|user|>hi<|end|>");
        prompts.remember(first, "hello", tokenizer.tokens("hel", "lo"), Set.of());
        Prompt second = prompts.of("<|user|>hi<|end|>hello<|end|><|user|>?<|end|>");
        prompts.remember(second, "hello", tokenizer.tokens("hel", "lo"), Set.of());
        Prompt third = prompts.of(second.text() + "hello<|end|><|user|>!<|end|>");
        int known = second.tokens().length + 2;
        assertThat(java.util.Arrays.copyOf(third.tokens(), known))
                .containsExactly(
                        TokenizingPool.joined(java.util.List.of(second.tokens(), tokenizer.tokens("hel", "lo"))));
    }

    @Test
    void textThatGoesOnWithoutASpecialTokenIsSplitAsAlways() throws Exception {
        Prompt first = prompts.of("<|user|>hi<|end|>");
        prompts.remember(first, "hel", tokenizer.tokens("hel"), Set.of());
        assertThat(prompts.of("<|user|>hi<|end|>hello<|end|>").tokens())
                .containsExactly(tokenizer.tokens("<|user|>", "hi", "<|end|>", "hello", "<|end|>"));
    }

    @Test
    void anotherAnswerOrAnotherModelGetsNothingOfIt() throws Exception {
        Prompt first = prompts.of("<|user|>hi<|end|>");
        prompts.remember(first, "hello", tokenizer.tokens("hel", "lo"), Set.of());
        assertThat(prompts.of("<|user|>hi<|end|>hello!<|end|>").tokens())
                .containsExactly(tokenizer.tokens("<|user|>", "hi", "<|end|>", "hello", "!", "<|end|>"));
        var other = new PieceTokenizer("<|end|>", "<|user|>", "hi", "hel", "hello", "lo");
        assertThat(new PromptBuilder(
                                new ChatTemplate(Map::toString, "", "", false, AnswerTags.QWEN),
                                other,
                                pool,
                                memory,
                                100)
                        .of("<|user|>hi<|end|>hello<|end|>")
                        .tokens())
                .containsExactly(other.tokens("<|user|>", "hi", "<|end|>", "hello", "<|end|>"));
    }

    @Test
    void tokensThatDoNotSayTheTextAreNotKept() throws Exception {
        Prompt first = prompts.of("<|user|>hi<|end|>");
        prompts.remember(first, "hello", tokenizer.tokens("hel", "lo", "!"), Set.of());
        assertThat(prompts.of("<|user|>hi<|end|>hello<|end|>").tokens())
                .containsExactly(tokenizer.tokens("<|user|>", "hi", "<|end|>", "hello", "<|end|>"));
    }

    @Test
    void whatIsKeptIsBounded() {
        String text = "x".repeat(1 << 20);
        for (int i = 0; i < 40; i++) {
            memory.remember(tokenizer, i + text, new int[] {1});
        }
        var specials = new SpecialTexts(tokenizer);
        assertThat(memory.beginning(tokenizer, "39" + text + "<|end|>", specials))
                .isPresent();
        assertThat(memory.beginning(tokenizer, "0" + text + "<|end|>", specials))
                .isEmpty();
    }
}
