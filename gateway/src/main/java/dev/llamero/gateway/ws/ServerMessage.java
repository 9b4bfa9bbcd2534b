package dev.llamero.gateway.ws;

/** What the gateway sends. Payloads are records, written as JSON objects with their component names. */
sealed interface ServerMessage {
    /** A request was granted. */
    record Response(String id, Object payload) implements ServerMessage {}

    /**
     * A request was not granted.
     *
     * @param code stable name, for programs
     * @param message what is wrong and what to do, for people
     * @param retryable whether the same request may succeed later
     */
    record Failure(String id, String code, String message, boolean retryable) implements ServerMessage {}

    /** Something happened. */
    record Event(String event, Object payload) implements ServerMessage {}
}
