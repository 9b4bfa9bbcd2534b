package dev.llamero.gateway.chat;

/** What those who look at a conversation are told. A turn's deltas are numbered from 1 without a gap. */
public sealed interface ChatEvent {
    /** A turn began; both messages are stored. */
    record TurnStarted(String sessionKey, Message question, Message answer) implements ChatEvent {}

    /**
     * The next piece of an answer.
     *
     * @param kind {@code content} or {@code reasoning}
     */
    record TurnDelta(String sessionKey, String turnId, long seq, String kind, String text) implements ChatEvent {}

    /** Nothing came yet, but the turn is alive: the model is being loaded, or reads the prompt. */
    record TurnWaiting(String sessionKey, String turnId, long elapsedMillis) implements ChatEvent {}

    /**
     * A turn is over.
     *
     * @param seq number of its last delta
     * @param answer the whole message as it is stored
     */
    record TurnEnded(String sessionKey, String turnId, long seq, Message answer) implements ChatEvent {}

    /** A conversation is new, or has another title, time or state. */
    record SessionChanged(Session session) implements ChatEvent {}

    /** A conversation is gone. */
    record SessionDeleted(String sessionKey) implements ChatEvent {}
}
