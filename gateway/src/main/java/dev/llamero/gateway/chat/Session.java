package dev.llamero.gateway.chat;

/**
 * One conversation, as the session list shows it.
 *
 * @param key made by the page, a UUID; nobody guesses it
 * @param title the first words of the first question, the model's, or what a person called it
 * @param titleSource which of these
 * @param pinned kept at the top
 * @param createdAt milliseconds since 1970
 * @param updatedAt milliseconds since 1970; of the last question, or the last end of an answer
 * @param running whether an answer is on its way
 */
public record Session(
        String key,
        String title,
        TitleSource titleSource,
        boolean pinned,
        long createdAt,
        long updatedAt,
        boolean running) {}
