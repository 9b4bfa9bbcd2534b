package dev.llamero.gateway.web;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;

/**
 * The outermost filter: framing that Helidon 4.3.1 takes too kindly, the guard, the headers of every answer, and a
 * close that is one. Runs on the request's thread.
 */
public final class EdgeFilter implements Filter {
    /** Scripts and styles from here alone; nothing is framed, sent or loaded elsewhere; no text becomes markup. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
            + " trusted-types lit-html dompurify";

    private final OriginGuard guard;

    public EdgeFilter(OriginGuard guard) {
        this.guard = guard;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.header(HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY_POLICY);
        response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        response.header(HeaderNames.create("Referrer-Policy"), "no-referrer");
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
                            chain::proceed);
        }
        // Helidon writes the header but neither closes nor stops parsing: what is left of a refused body would be
        // read as the next request (helidon issue 12324).
        if (request.headers().contains(HeaderValues.CONNECTION_CLOSE)
                || response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            response.commit();
            throw new CloseConnectionException("closed as announced");
        }
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
