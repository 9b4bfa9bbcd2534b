package dev.llamero.gateway.chat;

/** Whose a conversation's title is; a person's is never replaced. */
public enum TitleSource {
    /** The first words of the first question. */
    WORDS,
    MODEL,
    PERSON
}
