package dev.llamero.proxy.http;

import dev.llamero.dialects.CallerDialect;
import dev.llamero.proxy.callers.Caller;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one handler behind the listener, and the chain that every request takes: an id, the settings of the moment, who
 * calls, the endpoint, an answer or a failure turned into one, the access line. Routing is a table, so that an unknown
 * path and a wrong method are answered in the caller's dialect too.
 */
public final class FrontDoor implements Handler {
    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());
    private static final HeaderName REQUEST_ID = HeaderNames.create(RequestIds.HEADER);

    private final Supplier<Live> live;
    private final Routes routes;
    private final Edge edge;
    private final CallRecords records;

    /**
     * @param live the settings of the moment; asked once per request
     * @param edge what a request passes first
     * @param records of all requests
     */
    public FrontDoor(Supplier<Live> live, Routes routes, Edge edge, CallRecords records) {
        this.live = live;
        this.routes = routes;
        this.edge = edge;
        this.records = records;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        WatchedConnections.requestBegan();
        String path = request.path().path();
        var facts = new CallFacts(
                RequestIds.acceptOrMake(request.headers().first(REQUEST_ID)),
                TraceContext.of(request.headers()),
                request.prologue().method().text(),
                path);
        var exchange = new Exchange(request, response, Routes.dialect(path), facts, live.get());
        response.header(REQUEST_ID, facts.id());
        if (exchange.dialect() == CallerDialect.ANTHROPIC) {
            response.header(RequestIds.ANTHROPIC, facts.id());
        }
        response.header(TraceContext.PARENT, facts.trace().header());
        try {
            answer(exchange);
            facts.status(response.status().code());
        } catch (ClientGoneException e) {
            leave(facts, e);
        } catch (RuntimeException e) {
            if (facts.isEndedBy(CallFacts.End.CLIENT)) {
                leave(facts, e);
            }
            try {
                fail(exchange, e);
            } catch (ClientGoneException gone) {
                leave(facts, gone);
            }
        } finally {
            records.ended(facts);
            WatchedConnections.requestEnded();
            if (asksForClose(request)) {
                // Helidon 4.5.0 answers "Connection: close" and then keeps the connection open (its issue 12324).
                WatchedConnections.endAfterThisRequest();
            }
        }
    }

    private void answer(Exchange exchange) {
        edge.pass(exchange.request(), exchange.response());
        if (edge.origins().answersPreflight(exchange.request(), exchange.response())) {
            return;
        }
        String path = exchange.facts().path();
        if (!path.equals(Routes.HEALTH)) {
            exchange.live()
                    .checks()
                    .check(exchange.request(), edge.origins().allows(exchange.request()))
                    .ifPresent(exchange.facts()::calledBy);
        }
        Routes.Route route = routes.find(path)
                .orElseThrow(() -> new Refusal(
                        404, "unknown_path", "there is no " + path + " here; this proxy answers " + routes.all()));
        String method = exchange.facts().method();
        if (!route.method().equals(method)) {
            exchange.response().header(HeaderNames.ALLOW, route.method());
            throw new Refusal(405, "method_not_allowed", path + " takes " + route.method() + ", not " + method);
        }
        Optional<Caller> caller = exchange.facts().caller();
        if (caller.isEmpty() || !method.equals("POST")) {
            route.endpoint().handle(exchange);
            return;
        }
        try (var _ = caller.get().account().enter()) {
            route.endpoint().handle(exchange);
        }
    }

    private static boolean asksForClose(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.CONNECTION)
                .filter(value -> value.toLowerCase(Locale.ROOT).contains("close"))
                .isPresent();
    }

    private static void leave(CallFacts facts, RuntimeException cause) {
        facts.left();
        throw new CloseConnectionException("the client left", cause);
    }

    private static void fail(Exchange exchange, RuntimeException failure) {
        CallFacts facts = exchange.facts();
        ServerResponse response = exchange.response();
        ErrorReplies.Reply reply = ErrorReplies.reply(failure, facts.id());
        facts.status(reply.status());
        facts.error(reply.code());
        facts.endedBy(reply.endedBy());
        if (reply.status() == 500 && reply.code().equals("internal_error")) {
            LOG.log(System.Logger.Level.ERROR, "request " + facts.id() + " failed", failure);
        }
        if (response.isSent()) {
            throw new CloseConnectionException("failed after the answer began", failure);
        }
        if (reply.status() == 401) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        RateHeaders.put(exchange);
        reply.retryAfter()
                .or(facts::retryAfter)
                .ifPresent(wait -> response.header(HeaderNames.RETRY_AFTER, RateHeaders.wholeSeconds(wait)));
        CallerDialect dialect = exchange.dialect();
        response.status(Status.create(reply.status()));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        // Streams of HTTP/2 end each by itself, and a header about their connection is forbidden.
        boolean last = Refusal.endsConnection(reply.code()) && WatchedConnections.isHttp1();
        if (last) {
            response.header(HeaderNames.CONNECTION, "close");
        }
        exchange.sendPlain(dialect.error(reply.failure(), facts.id()));
        if (last) {
            throw new CloseConnectionException("what follows on this connection cannot be told from the body", failure);
        }
    }
}
