package dev.llamero.gateway.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.llamero.framing.FramingException;
import dev.llamero.gateway.upstream.UpstreamException;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;

/** The one place that turns a failure into status and body, in the shape that OpenAI's clients read. Pure. */
public final class ErrorReplies {
    private static final System.Logger LOG = System.getLogger(ErrorReplies.class.getName());

    private ErrorReplies() {}

    /** For what fails in routing. */
    public static void register(HttpRouting.Builder routing) {
        // A connection that is to be closed is no failure.
        routing.error(CloseConnectionException.class, (request, response, e) -> {
            throw e;
        });
        routing.error(UpstreamException.class, (request, response, e) -> {
            LOG.log(Level.WARNING, "request " + RequestIds.of(response.headers()) + ": " + e.getMessage());
            send(
                    response,
                    status(e.code()),
                    e.code().name().toLowerCase(java.util.Locale.ROOT),
                    e.getMessage() + " " + e.remedy());
        });
        routing.error(RequestException.class, (request, response, e) -> {
            refuse(response, e.status(), "invalid_request", e.getMessage());
        });
        routing.error(FramingException.class, (request, response, e) -> {
            refuse(
                    response,
                    Status.BAD_REQUEST_400,
                    "invalid_framing",
                    "the body is not well chunked: " + e.getMessage());
        });
        routing.error(HttpException.class, (request, response, e) -> {
            send(
                    response,
                    e.status(),
                    "not_found",
                    e.status().code() == 404 ? "there is nothing here" : e.getMessage());
        });
        routing.error(Throwable.class, (request, response, e) -> {
            LOG.log(Level.ERROR, "request failed in the gateway", e);
            send(response, Status.INTERNAL_SERVER_ERROR_500, "gateway_failed", "the gateway failed; its log says more");
        });
    }

    /** For what fails before routing: Helidon would show the exception's own text. */
    public static DirectHandlers beforeRouting() {
        var handlers = DirectHandlers.builder();
        DirectHandler handler = (request, type, status, headers, message) -> {
            // The body may not have been read, so the connection cannot go on.
            headers.set(HeaderValues.CONNECTION_CLOSE);
            headers.set(HeaderNames.CONTENT_TYPE, "application/json");
            return DirectHandler.TransportResponse.builder()
                    .status(status)
                    .headers(headers)
                    .entity(body("invalid_request", status.reasonPhrase()))
                    .build();
        };
        for (var type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, handler);
        }
        return handlers.build();
    }

    private static Status status(UpstreamException.Code code) {
        return switch (code) {
            case SILENT -> Status.GATEWAY_TIMEOUT_504;
            default -> Status.BAD_GATEWAY_502;
        };
    }

    /** Answers, and closes the connection, since the body may not have been read. */
    static void refuse(ServerResponse response, Status status, String code, String message) {
        response.headers().set(HeaderValues.CONNECTION_CLOSE);
        send(response, status, code, message);
    }

    static void send(ServerResponse response, Status status, String code, String message) {
        response.headers().remove(HeaderNames.CONTENT_LENGTH);
        response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
        response.status(status).send(body(code, message));
    }

    private static byte[] body(String code, String message) {
        var error = JsonNodeFactory.instance.objectNode();
        error.putObject("error")
                .put("message", message)
                .put("type", "gateway_error")
                .put("code", code);
        return error.toString().getBytes(StandardCharsets.UTF_8);
    }
}
