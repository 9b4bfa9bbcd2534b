package dev.llamero.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.llamero.gateway.upstream.CompletionRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a conversation goes to the model. */
class PromptTest {
    private static Message message(String role, String content, String reasoning) {
        return new Message(1, 0, role, content, reasoning, 0, List.of(1L), List.of(), List.of(), null);
    }

    private static List<CompletionRequest.Message> prompt(List<Message> conversation) {
        return Prompts.of("", conversation, message -> List.of());
    }

    @Test
    void theSystemPromptComesFirstAndABlankOneNotAtAll() {
        List<Message> conversation = List.of(message("user", "a", ""));
        assertThat(Prompts.of("Be brief.", conversation, message -> List.of()))
                .containsExactly(
                        new CompletionRequest.Message("system", "Be brief."),
                        new CompletionRequest.Message("user", "a"));
        assertThat(Prompts.of(" ", conversation, message -> List.of()))
                .containsExactly(new CompletionRequest.Message("user", "a"));
    }

    @Test
    void filesStandBelowTheirQuestionInAFenceThatTheyCannotClose() {
        var file = new Attachment("a\nb.md", "text/markdown", "x\n````\ny");
        var question = new Message(1, 0, "user", "Look:", "", 0, List.of(1L), List.of(file.label()), List.of(), null);
        assertThat(Prompts.of("", List.of(question), message -> List.of(file)))
                .containsExactly(
                        new CompletionRequest.Message("user", "Look:\n\nFile a b.md:\n`````\nx\n````\ny\n`````"));
    }

    @Test
    void thinkingStaysHere() {
        assertThat(prompt(List.of(
                        message("user", "a", ""), message("assistant", "b", "thoughts"), message("user", "c", ""))))
                .containsExactly(
                        new CompletionRequest.Message("user", "a"),
                        new CompletionRequest.Message("assistant", "b"),
                        new CompletionRequest.Message("user", "c"));
    }

    @Test
    void anAnswerThatFailedAtOnceIsLeftOutAndTheRolesStillAlternate() {
        assertThat(prompt(List.of(
                        message("user", "a", ""), message("assistant", "", "only thoughts"), message("user", "b", ""))))
                .containsExactly(new CompletionRequest.Message("user", "a\n\nb"));
    }
}
