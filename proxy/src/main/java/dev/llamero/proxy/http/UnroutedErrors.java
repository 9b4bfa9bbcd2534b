package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;

/** Answers what fails before {@link FrontDoor}: a request line or headers that are not HTTP, a body over the limit. */
public final class UnroutedErrors implements DirectHandler {
    private final CallRecords records;

    /** @param records of all requests */
    public UnroutedErrors(CallRecords records) {
        this.records = records;
    }

    @Override
    public TransportResponse handle(
            TransportRequest request, EventType type, Status status, ServerResponseHeaders headers, String message) {
        String id = RequestIds.acceptOrMake(request.headers().first(HeaderNames.create(RequestIds.HEADER)));
        var failure = RequestException.builder()
                .type(type)
                .status(status)
                .message(message)
                .build();
        ErrorReplies.Reply reply = ErrorReplies.reply(failure, id);
        var facts = new CallFacts(id, TraceContext.of(request.headers()), request.method(), request.path());
        facts.status(status.code());
        facts.error(reply.code());
        facts.endedBy(reply.endedBy());
        records.ended(facts);
        CallerDialect dialect = Routes.dialect(request.path());
        if (dialect == CallerDialect.ANTHROPIC) {
            headers.set(RequestIds.ANTHROPIC, id);
        }
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.create(RequestIds.HEADER), id)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .keepAlive(false)
                .entity(dialect.error(reply.failure(), id))
                .build();
    }
}
