package dev.llamero.gateway.ws;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How often one account may ask, over all its pages. Any thread. */
final class UserRates {
    static final int REQUESTS_BURST = 480;
    static final int REQUESTS_PER_SECOND = 60;
    static final int QUESTIONS_BURST = 240;
    static final int QUESTIONS_PER_SECOND = 2;

    private final LongSupplier nanos;
    private final Map<String, Rates> users = new HashMap<>();

    UserRates(LongSupplier nanos) {
        this.nanos = nanos;
    }

    private record Rates(RequestRate requests, RequestRate questions) {}

    /** Why this is too much of its user's; empty if it is not. There are no more users than accounts. */
    synchronized Optional<String> refusal(String user, ClientMessage message) {
        Rates rates = users.computeIfAbsent(
                user,
                name -> new Rates(
                        new RequestRate(nanos, REQUESTS_BURST, REQUESTS_PER_SECOND),
                        new RequestRate(nanos, QUESTIONS_BURST, QUESTIONS_PER_SECOND)));
        if (!rates.requests().take()) {
            return Optional.of("your pages ask more than " + REQUESTS_PER_SECOND + " times a second; wait a moment");
        }
        return isQuestion(message) && !rates.questions().take()
                ? Optional.of("more than " + 60 * QUESTIONS_PER_SECOND + " questions a minute; wait a moment")
                : Optional.empty();
    }

    private static boolean isQuestion(ClientMessage message) {
        return message instanceof ClientMessage.ChatSend
                || message instanceof ClientMessage.ChatRetry
                || message instanceof ClientMessage.ChatEdit
                || message instanceof ClientMessage.ChatContinue;
    }
}
