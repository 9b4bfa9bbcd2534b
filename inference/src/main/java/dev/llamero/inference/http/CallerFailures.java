package dev.llamero.inference.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.dialects.DialectError;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.Failure;
import dev.llamero.inference.api.BadJsonException;
import java.io.ByteArrayOutputStream;

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
        CallerDialect dialect = exchange.path().startsWith(MESSAGES) ? CallerDialect.ANTHROPIC : CallerDialect.OPENAI;
        switch (failure) {
            case DialectException bad -> own(exchange, dialect, Failure.of(bad.error()));
            case BadJsonException bad -> own(exchange, dialect, new Failure(400, bad.getMessage(), null, null));
            default -> {
                ErrorReplies.Reply reply = ErrorReplies.of(failure);
                Failure refused = Failure.of(new DialectError.Refused(reply.status(), reply.text()));
                var body = new ByteArrayOutputStream();
                body.writeBytes(dialect.error(refused, exchange.requestId()));
                body.write('\n');
                exchange.send(reply.status(), JSON, body.toByteArray());
            }
        }
    }

    private static void own(Exchange exchange, CallerDialect dialect, Failure failure) {
        exchange.send(failure.status(), Exchange.JSON, dialect.error(failure, exchange.requestId()));
    }
}
