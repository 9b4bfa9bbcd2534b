package dev.llamero.gateway.chat;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param id grows within the database; the order of writing
 * @param parent the message it answers or follows; 0 for the first one
 * @param role {@code user} or {@code assistant}
 * @param content the text
 * @param reasoning the thinking of an assistant's message, else empty
 * @param createdAt milliseconds since 1970
 * @param siblings ids of the messages that have the same parent and role, in the order of making, itself among them
 * @param attachments files of a question
 * @param toolCalls of an answer
 * @param turn how an assistant's message came about, else null
 */
public record Message(
        long id,
        long parent,
        String role,
        String content,
        String reasoning,
        long createdAt,
        List<Long> siblings,
        List<Attachment.Label> attachments,
        List<ToolCall> toolCalls,
        Turn turn) {
    Message with(AnswerText text, Turn now) {
        return new Message(
                id,
                parent,
                role,
                text.content(),
                text.reasoning(),
                createdAt,
                siblings,
                attachments,
                text.toolCalls(),
                now);
    }
}
