package dev.llamero.inference.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.Failure;
import dev.llamero.dialects.OpenAiErrors;
import dev.llamero.inference.api.BadJsonException;
import dev.llamero.inference.api.CloudException;
import java.io.ByteArrayOutputStream;
import java.util.Map;

/**
 * Failures on the routes of other dialects, in their envelopes (specification 18.1, 19). As in Ollama, what is found
 * wrong with the request itself has another content type than what the native handling refuses.
 */
final class CallerFailures {
    private static final String PREFIX = "/v1/";
    private static final String MESSAGES = "/v1/messages";
    private static final String JSON = "application/json";

    private CallerFailures() {}

    /** Whether a path's failures are told in such an envelope. */
    static boolean areFor(String path) {
        return path.startsWith(PREFIX);
    }

    static void send(Exchange exchange, RuntimeException failure) {
        switch (failure) {
            case DialectException bad -> {
                Failure told = Failure.of(bad.error());
                exchange.send(told.status(), Exchange.JSON, body(exchange, told.status(), told.message()));
            }
            case BadJsonException bad -> exchange.send(400, Exchange.JSON, body(exchange, 400, bad.getMessage()));
            // Ollama asks for its cloud before it looks at the dialect.
            case CloudException cloud -> exchange.json(cloud.status(), Map.of("error", cloud.getMessage()));
            default -> {
                ErrorReplies.Reply reply = ErrorReplies.of(failure);
                var body = new ByteArrayOutputStream();
                body.writeBytes(body(exchange, reply.status(), reply.text()));
                body.write('\n');
                exchange.send(reply.status(), JSON, body.toByteArray());
            }
        }
    }

    /** The envelope of the route. OpenAI's has neither {@code param} nor {@code code} here, and three types. */
    private static byte[] body(Exchange exchange, int status, String message) {
        if (exchange.path().startsWith(MESSAGES)) {
            return CallerDialect.ANTHROPIC.error(new Failure(status, message, null, null), exchange.requestId());
        }
        String type = switch (status) {
            case 400 -> "invalid_request_error";
            case 404 -> "not_found_error";
            default -> "api_error";
        };
        return OpenAiErrors.body(message, type, null, null);
    }
}
