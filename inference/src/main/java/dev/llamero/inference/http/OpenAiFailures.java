package dev.llamero.inference.http;

import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.OpenAiErrors;
import dev.llamero.inference.api.BadJsonException;

/**
 * Failures in OpenAI's envelope (specification 18.1). As in Ollama, what is found wrong with the request itself has
 * another content type than what the native handling refuses.
 */
final class OpenAiFailures {
    private static final String PREFIX = "/v1/";

    private OpenAiFailures() {}

    /** Whether a path's failures are told in this envelope. */
    static boolean areFor(String path) {
        return path.startsWith(PREFIX);
    }

    static void send(Exchange exchange, RuntimeException failure) {
        switch (failure) {
            case DialectException bad ->
                exchange.send(OpenAiErrors.status(bad.error()), Exchange.JSON, OpenAiErrors.body(bad.error()));
            case BadJsonException bad ->
                exchange.send(
                        400, Exchange.JSON, OpenAiErrors.body(bad.getMessage(), OpenAiErrors.type(400), null, null));
            default -> {
                ErrorReplies.Reply reply = ErrorReplies.of(failure);
                String body = new String(
                        OpenAiErrors.body(new DialectError.Refused(reply.status(), reply.text())),
                        java.nio.charset.StandardCharsets.UTF_8);
                exchange.send(reply.status(), OpenAiReplies.JSON, Texts.utf8(body + "\n"));
            }
        }
    }
}
