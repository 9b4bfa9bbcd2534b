package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.http2.Http2Exception;
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
    static final HeaderName OVERHEAD = HeaderNames.create("X-Llamero-Overhead-Ms");
    static final HeaderName UPSTREAM = HeaderNames.create("X-Llamero-Upstream");

    /** The whole request. */
    byte[] body(SlowClients.Guard guard) {
        long before = System.nanoTime();
        byte[] body = RequestBody.read(request, guard);
        facts.waited(System.nanoTime() - before);
        return body;
    }

    /** The headers of figures, just before an answer of a model begins. */
    void putFigures() {
        response.header(SERVER_TIMING, facts.serverTiming());
        response.header(OVERHEAD, facts.overheadText());
        facts.place().ifPresent(place -> place.put(response));
        RateHeaders.put(this);
    }

    /** Answers with what is no answer of a model. */
    void sendPlain(byte[] body) {
        try {
            response.send(body);
        } catch (CloseConnectionException | SocketWriterException | UncheckedIOException | Http2Exception e) {
            throw new ClientGoneException(e);
        }
    }

    /** Answers with one object: the whole answer, after which a client may hang up. */
    void send(byte[] json, SlowClients.Guard guard) {
        facts.begun();
        facts.endedBy(CallFacts.End.DONE);
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        putFigures();
        try {
            guard.io(() -> response.send(json));
        } catch (CloseConnectionException | UncheckedIOException | Http2Exception e) {
            throw new ClientGoneException(e);
        }
    }
}
