package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.gateway.upstream.CompletionRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a conversation goes to the model. */
class PromptTest {
    private static Message message(String role, String content, String reasoning) {
        return new Message(1, 0, role, content, reasoning, 0, null);
    }

    @Test
    void thinkingStaysHere() {
        assertThat(TurnRunner.prompt(List.of(
                        message("user", "a", ""), message("assistant", "b", "thoughts"), message("user", "c", ""))))
                .containsExactly(
                        new CompletionRequest.Message("user", "a"),
                        new CompletionRequest.Message("assistant", "b"),
                        new CompletionRequest.Message("user", "c"));
    }

    @Test
    void anAnswerThatFailedAtOnceIsLeftOutAndTheRolesStillAlternate() {
        assertThat(TurnRunner.prompt(List.of(
                        message("user", "a", ""), message("assistant", "", "only thoughts"), message("user", "b", ""))))
                .containsExactly(new CompletionRequest.Message("user", "a\n\nb"));
    }
}
