package dev.llamero.inference.http;

import dev.llamero.framing.FramingException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Takes every request through the same steps: id, redirect, guards, route, handler, and one place for what goes wrong.
 * Runs on the request's virtual thread.
 */
final class Dispatcher {
    private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-ID");

    private final OllamaRoutes routes;
    private final BrowserGuard guard;
    private final WatchedConnections connections;
    private final WriteWatch writes;

    Dispatcher(OllamaRoutes routes, BrowserGuard guard, WatchedConnections connections, WriteWatch writes) {
        this.routes = routes;
        this.guard = guard;
        this.connections = connections;
        this.writes = writes;
    }

    void handle(ServerRequest request, ServerResponse response) {
        String id = RequestIds.of(request.headers().first(REQUEST_ID).orElse(""));
        var exchange = new Exchange(request, response, id, connections.watch(request.socketId()), writes);
        exchange.reply(REQUEST_ID, id);
        try {
            answer(exchange);
            if (isLast(request)) {
                // Else the rest of the body would be read as the next request, and answered.
                exchange.dropBody();
            }
        } catch (FramingException e) {
            throw new CloseConnectionException("nothing after the body can be told from it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("interrupted while answering", e);
        } finally {
            if (isLast(request)) {
                connections.closeAfterReply(request.socketId());
            }
            log(exchange);
        }
    }

    private static boolean isLast(ServerRequest request) {
        return request.headers().first(HeaderNames.CONNECTION).orElse("").equalsIgnoreCase("close");
    }

    private void answer(Exchange exchange) throws InterruptedException {
        try {
            var fault = RequestHead.fault(exchange);
            if (fault.isPresent()) {
                refuse(exchange, fault.get());
            }
            route(exchange);
        } catch (CloseConnectionException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(exchange, e);
        }
    }

    private static void refuse(Exchange exchange, RequestHead.Fault fault) {
        exchange.reply(HeaderNames.CONNECTION, "close");
        exchange.send(
                fault.status(), fault.text().isEmpty() ? null : "text/plain; charset=utf-8", Texts.utf8(fault.text()));
        throw new CloseConnectionException("what follows a bad head may be read in two ways");
    }

    private void route(Exchange exchange) throws InterruptedException {
        String method = exchange.method();
        String path = exchange.path();
        var redirect = routes.redirect(method, path, exchange.rawPath());
        if (redirect.isPresent()) {
            Redirects.send(exchange, redirect.get());
            return;
        }
        var endpoint = routes.endpoint(method, path);
        var allowed = routes.allowed(path);
        if (endpoint.isEmpty()) {
            allowed.ifPresent(methods -> exchange.reply(HeaderNames.ALLOW, methods));
        }
        var refused = guard.check(exchange);
        if (refused.isPresent()) {
            exchange.send(refused.get(), null, new byte[0]);
        } else if (endpoint.isPresent()) {
            endpoint.get().handle(exchange);
        } else if (allowed.isPresent()) {
            exchange.send(405, "text/plain", Texts.utf8("405 method not allowed"));
        } else {
            exchange.send(404, "text/plain", Texts.utf8("404 page not found"));
        }
    }

    private static void fail(Exchange exchange, RuntimeException failure) {
        if (exchange.isStarted()) {
            // The head is out: a failed write means that the client left, and nothing can be told any more.
            throw failure instanceof ServerConnectionException
                    ? failure
                    : new CloseConnectionException("the reply broke off: " + failure.getMessage(), failure);
        }
        if (exchange.watch().isGone()) {
            throw new CloseConnectionException("the client left", failure);
        }
        ErrorReplies.Reply reply = ErrorReplies.of(failure);
        if (CallerFailures.areFor(exchange.path())) {
            CallerFailures.send(exchange, failure);
        } else {
            exchange.json(reply.status(), reply.body());
        }
        if (failure instanceof FramingException) {
            throw failure;
        }
        if (reply.status() == Exchange.TOO_LARGE) {
            throw new CloseConnectionException("the rest of a body that is too large is not read");
        }
    }

    private static void log(Exchange exchange) {
        boolean gone = exchange.watch().isGone() && !exchange.isComplete();
        LOG.log(
                System.Logger.Level.INFO,
                "request " + exchange.requestId() + " " + exchange.method() + " " + exchange.path() + " "
                        + (gone && !exchange.isStarted() ? 499 : exchange.status()) + (gone ? " (client left)" : "")
                        + " in " + (System.nanoTime() - exchange.startNanos()) / 1_000_000 + " ms");
    }
}
