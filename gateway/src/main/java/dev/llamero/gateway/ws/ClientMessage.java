package dev.llamero.gateway.ws;

/** What a browser may ask for. Each has an id of the browser's, which the response repeats. */
sealed interface ClientMessage {
    String id();

    /** First message: who is there, and which limits hold. */
    record Hello(String id, int protocol) implements ClientMessage {}

    record Ping(String id) implements ClientMessage {}

    record SessionsList(String id) implements ClientMessage {}

    record SessionsRename(String id, String sessionKey, String title) implements ClientMessage {}

    record SessionsDelete(String id, String sessionKey) implements ClientMessage {}

    /** Messages of one conversation; from now on this socket gets its events. */
    record ChatHistory(String id, String sessionKey, long before, int limit) implements ClientMessage {}

    /** @param model whom to ask; empty for the gateway's own choice */
    record ChatSend(String id, String sessionKey, String message, String idempotencyKey, String model)
            implements ClientMessage {}

    /** @param model whom to ask; empty for the gateway's own choice */
    record ChatRetry(String id, String turnId, String idempotencyKey, String model) implements ClientMessage {}

    record ChatStop(String id, String turnId) implements ClientMessage {}

    record ModelsList(String id) implements ClientMessage {}

    record Debug(String id) implements ClientMessage {}
}
