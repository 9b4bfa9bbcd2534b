package dev.llamero.inference.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.inference.api.ChatMessage;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PromptBuilderTest {
    private final TokenizingPool pool = new TokenizingPool();
    private final AtomicInteger renderings = new AtomicInteger();

    @AfterEach
    void stop() {
        pool.close();
    }

    /** One token per character. */
    private static final class FakeTokenizer implements Tokenizer {
        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            return text.chars().toArray();
        }

        @Override
        public byte[] bytes(int token, boolean renderSpecial) {
            return new byte[] {(byte) token};
        }

        @Override
        public boolean endsGeneration(int token) {
            return false;
        }

        @Override
        public int vocabularySize() {
            return 128;
        }
    }

    private PromptBuilder builder(int context) {
        var template = new ChatTemplate(
                variables -> {
                    renderings.incrementAndGet();
                    var text = new StringBuilder();
                    ((List<?>) variables.get("messages"))
                            .forEach(message -> text.append(((Map<?, ?>) message).get("content")));
                    return text.toString();
                },
                "",
                "",
                false,
                AnswerTags.QWEN);
        return new PromptBuilder(template, new FakeTokenizer(), pool, new PromptMemory(), context);
    }

    private static List<ChatMessage> history(int turns) {
        var messages = new ArrayList<ChatMessage>();
        messages.add(ChatMessage.of("system", "SSSS"));
        for (int i = 0; i < turns; i++) {
            messages.add(ChatMessage.of("user", "u%03d".formatted(i)));
        }
        return messages;
    }

    @Test
    void theOldestMessagesGoAndTheSystemStays() throws Exception {
        Prompt prompt = builder(21).chat(history(1_000), List.of(), null, true);
        assertThat(prompt.text()).isEqualTo("SSSSu996u997u998u999");
        assertThat(renderings.get()).isLessThan(15);
    }

    @Test
    void theLastMessageIsNeverDropped() {
        assertThatThrownBy(() -> builder(6).chat(history(3), List.of(), null, true))
                .isInstanceOf(EngineException.PromptTooLong.class)
                .hasMessageContaining("exceeds the available context size (6 tokens)");
    }

    @Test
    void withoutTruncationALongChatIsRefused() {
        assertThatThrownBy(() -> builder(10).chat(history(3), List.of(), null, false))
                .isInstanceOf(EngineException.PromptTooLong.class);
    }

    @Test
    void aLongTextLosesItsMiddleAndLeavesHalfTheContext() throws Exception {
        var builder = builder(20);
        Prompt cut = builder.cut(builder.of("abcdefghijklmnopqrstuvwxyz"), 4, true);
        assertThat(builder.text(cut.tokens())).isEqualTo("abcdstuvwxyz");
        assertThatThrownBy(() -> builder.cut(builder.of("abcdefghijklmnopqrstuvwxyz"), 4, false))
                .isInstanceOf(EngineException.PromptTooLong.class);
    }

    @Test
    void aTemplateThatWritesTheBeginTokenItselfDoesNotDoubleIt() {
        var template =
                new ChatTemplate(variables -> variables.get("bos_token") + "hi", "<s>", "", true, AnswerTags.QWEN);
        assertThat(template.render(List.of(), List.of(), null)).isEqualTo("hi");
    }

    @Test
    void storedMessagesComeFirstAndTheSystemTextUnlessTheRequestHasOne() {
        var stored = List.of(ChatMessage.of("user", "stored"));
        var request = List.of(ChatMessage.of("user", "hi"));
        assertThat(MessageAssembly.of(stored, Optional.of("sys"), request, false))
                .extracting(ChatMessage::content)
                .containsExactly("sys", "stored", "hi");
        var own = List.of(ChatMessage.of("system", "own"), ChatMessage.of("user", "hi"));
        assertThat(MessageAssembly.of(stored, Optional.of("sys"), own, false))
                .extracting(ChatMessage::content)
                .containsExactly("stored", "own", "hi");
    }

    @Test
    void thinkingOfEarlierTurnsIsCutOut() {
        var chat = List.of(
                ChatMessage.of("user", "a"),
                ChatMessage.of("assistant", "<think>x</think>\n\nb"),
                ChatMessage.of("user", "c"),
                ChatMessage.of("assistant", "<think>y</think>d"));
        assertThat(MessageAssembly.of(List.of(), Optional.empty(), chat, true))
                .extracting(ChatMessage::content)
                .containsExactly("a", "b", "c", "<think>y</think>d");
    }
}
