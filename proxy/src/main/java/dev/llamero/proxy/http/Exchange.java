package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;

/**
 * One request in the hands of its endpoint: both sides of the wire, the settings it began with, what is known of it.
 *
 * @param dialect in which its errors are told
 */
record Exchange(ServerRequest request, ServerResponse response, CallerDialect dialect, CallFacts facts, Live live) {
    static final HeaderName SERVER_TIMING = HeaderNames.create("Server-Timing");
    static final HeaderName UPSTREAM = HeaderNames.create("X-Llamero-Upstream");

    /** Answers with one object: the whole answer, after which a client may hang up. */
    void send(byte[] json, SlowClients.Guard guard) {
        facts.begun();
        facts.endedBy(CallFacts.End.DONE);
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(SERVER_TIMING, facts.serverTiming());
        try {
            guard.io(() -> response.send(json));
        } catch (CloseConnectionException | UncheckedIOException e) {
            throw new ClientGoneException(e);
        }
    }
}
