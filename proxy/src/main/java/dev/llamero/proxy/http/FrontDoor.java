package dev.llamero.proxy.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The one handler behind the listener: gives the request its id, checks the caller, finds the endpoint, turns a failure
 * into an answer, and writes the access line. Routing is a table, so that an unknown path and a wrong method are
 * answered in OpenAI's shape too.
 */
public final class FrontDoor implements Handler {
    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());
    private static final String HEALTH = "/healthz";
    private static final String MODEL_PREFIX = "/v1/models/";

    private final CallerChecks checks;
    private final Consumer<String> accessLog;
    private final Map<String, Map<String, Endpoint>> routes = new TreeMap<>();

    /** @param accessLog takes one line of JSON per request */
    public FrontDoor(
            CallerChecks checks,
            Consumer<String> accessLog,
            ChatEndpoint chat,
            ModelsEndpoint models,
            HealthEndpoint health) {
        this.checks = checks;
        this.accessLog = accessLog;
        routes.put("/v1/chat/completions", Map.of("POST", chat));
        routes.put("/v1/models", Map.of("GET", models));
        routes.put(MODEL_PREFIX, Map.of("GET", models));
        routes.put(HEALTH, Map.of("GET", health));
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        String method = request.prologue().method().text();
        String id = RequestIds.acceptOrMake(request.headers().first(HeaderNames.create(RequestIds.HEADER)));
        var line = new AccessLine(id, method, path);
        response.header(RequestIds.HEADER, id);
        try {
            if (!path.equals(HEALTH)) {
                checks.check(request);
            }
            endpoint(method, path, response).handle(request, response, line);
            line.status(response.status().code());
        } catch (ClientGoneException e) {
            leave(line, e);
        } catch (RuntimeException e) {
            if (line.ended().filter(AccessLine.End.CLIENT::equals).isPresent()) {
                leave(line, e);
            }
            fail(response, line, e);
        } finally {
            accessLog.accept(line.toJson());
            if (asksForClose(request)) {
                // Helidon 4.5.0 answers "Connection: close" and then keeps the connection open (its issue 12324).
                WatchedConnections.endAfterThisRequest();
            }
        }
    }

    private static boolean asksForClose(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.CONNECTION)
                .filter(value -> value.toLowerCase(Locale.ROOT).contains("close"))
                .isPresent();
    }

    private Endpoint endpoint(String method, String path, ServerResponse response) {
        Map<String, Endpoint> methods = routes.get(path.startsWith(MODEL_PREFIX) ? MODEL_PREFIX : path);
        if (methods == null) {
            throw new Refusal(
                    404,
                    "unknown_path",
                    "there is no " + path + " here; this proxy answers POST /v1/chat/completions, GET /v1/models and"
                            + " GET /healthz");
        }
        return Optional.ofNullable(methods.get(method)).orElseThrow(() -> {
            String allowed = String.join(", ", methods.keySet());
            response.header(HeaderNames.ALLOW, allowed);
            return new Refusal(405, "method_not_allowed", path + " takes " + allowed + ", not " + method);
        });
    }

    private static void leave(AccessLine line, RuntimeException cause) {
        line.left();
        throw new CloseConnectionException("the client left", cause);
    }

    private static void fail(ServerResponse response, AccessLine line, RuntimeException failure) {
        ErrorReplies.Reply reply = ErrorReplies.reply(failure, line.id());
        line.status(reply.status());
        line.error(reply.code());
        line.endedBy(reply.endedBy());
        if (reply.status() == 500 && reply.code().equals("internal_error")) {
            LOG.log(System.Logger.Level.ERROR, "request " + line.id() + " failed", failure);
        }
        if (response.isSent()) {
            throw new CloseConnectionException("failed after the answer began", failure);
        }
        if (reply.status() == 401) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        response.status(Status.create(reply.status()));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(reply.body());
    }
}
