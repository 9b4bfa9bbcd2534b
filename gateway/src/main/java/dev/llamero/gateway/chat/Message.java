package dev.llamero.gateway.chat;

/**
 * One message of a conversation.
 *
 * @param id grows within the database; the order of writing
 * @param parent the message it answers or follows; 0 for the first one
 * @param role {@code user} or {@code assistant}
 * @param content the text
 * @param reasoning the thinking of an assistant's message, else empty
 * @param createdAt milliseconds since 1970
 * @param turn how an assistant's message came about, else null
 */
public record Message(long id, long parent, String role, String content, String reasoning, long createdAt, Turn turn) {}
