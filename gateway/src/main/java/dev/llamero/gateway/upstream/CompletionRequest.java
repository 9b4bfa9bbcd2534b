package dev.llamero.gateway.upstream;

import java.util.List;

/**
 * One question to the model.
 *
 * @param model its name
 * @param messages the conversation so far, oldest first
 * @param requestId goes along as {@code X-Request-ID}
 * @param sessionKey goes along as {@code X-Session-ID}
 * @param sampling how the answer is drawn
 */
public record CompletionRequest(
        String model, List<Message> messages, String requestId, String sessionKey, Sampling sampling) {
    /** A message without the thinking, which no model wants back. */
    public record Message(String role, String content) {}

    public CompletionRequest {
        messages = List.copyOf(messages);
    }
}
