package dev.llamero.gateway.web;

import dev.llamero.gateway.access.AccessException;
import dev.llamero.gateway.access.Gate;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;

/**
 * The outermost filter: framing that Helidon 4.3.1 takes too kindly, the guard, the gate, the headers of every answer,
 * and a close that is one. Runs on the request's thread.
 */
public final class EdgeFilter implements Filter {
    /** Scripts and styles from here alone; nothing is framed, sent or loaded elsewhere; no text becomes markup. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
            + " trusted-types lit-html dompurify";

    private final OriginGuard guard;
    private final Gate gate;

    public EdgeFilter(OriginGuard guard, Gate gate) {
        this.guard = guard;
        this.gate = gate;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.header(HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY_POLICY);
        response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        // Others learn nothing of us; with no-referrer a browser would name no origin for our own sign-in form either.
        response.header(HeaderNames.create("Referrer-Policy"), "same-origin");
        response.header(HeaderNames.create("Cross-Origin-Resource-Policy"), "same-origin");
        response.header(HeaderNames.create("Cross-Origin-Opener-Policy"), "same-origin");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        if (badFraming(request.headers())) {
            ErrorReplies.refuse(
                    response, Status.BAD_REQUEST_400, "invalid_framing", "the length of the body is unclear");
        } else {
            guard.refusal(request.headers())
                    .ifPresentOrElse(
                            reason -> ErrorReplies.refuse(response, Status.FORBIDDEN_403, "forbidden", reason),
                            () -> admit(chain, request, response));
        }
        // Helidon writes the header but neither closes nor stops parsing: what is left of a refused body would be
        // read as the next request (helidon issue 12324).
        if (request.headers().contains(HeaderValues.CONNECTION_CLOSE)
                || response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            response.commit();
            throw new CloseConnectionException("closed as announced");
        }
    }

    /** Knows the caller, whom handlers find in the request's context; nobody else gets to what is behind. */
    private void admit(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (!SignIn.isOpen(request.path().rawPath())) {
            try {
                request.context().register(gate.caller(request.headers()));
            } catch (AccessException e) {
                refuse(request, response, e);
                return;
            }
        }
        chain.proceed();
    }

    private static void refuse(RoutingRequest request, RoutingResponse response, AccessException e) {
        Status status = Status.create(e.status());
        boolean person = Method.GET.equals(request.prologue().method())
                && request.headers()
                        .first(HeaderNames.ACCEPT)
                        .filter(types -> types.contains("text/html"))
                        .isPresent();
        if (person && status.equals(Status.UNAUTHORIZED_401)) {
            response.status(Status.SEE_OTHER_303)
                    .header(HeaderNames.LOCATION, SignIn.PATH)
                    .send();
            return;
        }
        if (status.equals(Status.UNAUTHORIZED_401)) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"llamero\"");
        }
        if (e.retryAfterSeconds() > 0) {
            response.header(HeaderNames.RETRY_AFTER, Long.toString(e.retryAfterSeconds()));
        }
        ErrorReplies.refuse(
                response,
                status,
                status.equals(Status.UNAUTHORIZED_401) ? "sign_in_required" : "access_refused",
                e.getMessage());
    }

    /** Two opinions on where a body ends are a way to smuggle a request. */
    private static boolean badFraming(Headers headers) {
        List<String> lengths = headers.all(HeaderNames.CONTENT_LENGTH, List::of);
        List<String> codings = headers.all(HeaderNames.TRANSFER_ENCODING, List::of);
        return !lengths.isEmpty() && !codings.isEmpty()
                || lengths.size() > 1
                || lengths.stream().anyMatch(length -> !length.matches("\\d{1,18}"))
                || codings.size() > 1
                || codings.stream().anyMatch(coding -> !coding.equals("chunked"));
    }
}
