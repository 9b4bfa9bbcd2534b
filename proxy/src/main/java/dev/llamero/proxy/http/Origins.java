package dev.llamero.proxy.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.Set;

/**
 * Which web pages may call, by CORS (Fetch standard, section 3.2). Pages that are not on the list get no header, so the
 * browser keeps the answer from them; credentials are never allowed, since keys go in a header that pages set
 * themselves. Immutable.
 */
public final class Origins {
    private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName ALLOW_METHODS = HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS = HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName EXPOSE_HEADERS = HeaderNames.create("Access-Control-Expose-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");
    private static final HeaderName REQUEST_METHOD = HeaderNames.create("Access-Control-Request-Method");
    private static final HeaderName REQUEST_HEADERS = HeaderNames.create("Access-Control-Request-Headers");
    private static final String EXPOSED = "X-Request-ID, request-id, traceparent, Retry-After, Server-Timing,"
            + " X-Llamero-Overhead-Ms, X-Llamero-Upstream, X-Llamero-Queue-Position, X-Llamero-Queue-Estimate-Ms,"
            + " x-ratelimit-limit-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-requests,"
            + " x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens,"
            + " anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining,"
            + " anthropic-ratelimit-requests-reset, anthropic-ratelimit-tokens-limit,"
            + " anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset";
    private static final String METHODS = "GET, POST";
    private static final String DAY_SECONDS = "86400";

    private final Set<String> allowed;

    /** @param allowed origins as browsers send them; "*" for all */
    public Origins(java.util.Collection<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** Whether the request comes from a page on the list. */
    boolean allows(ServerRequest request) {
        return origin(request).filter(this::isListed).isPresent();
    }

    private boolean isListed(String origin) {
        return allowed.contains("*") || allowed.contains(origin);
    }

    private static Optional<String> origin(ServerRequest request) {
        return request.headers().first(HeaderNames.ORIGIN);
    }

    /** Adds what a browser wants to see, to answers and to errors alike. */
    void allow(ServerRequest request, ServerResponse response) {
        if (allowed.isEmpty()) {
            return;
        }
        response.header(HeaderNames.VARY, "Origin");
        if (allows(request)) {
            response.header(ALLOW_ORIGIN, origin(request).orElseThrow());
            response.header(EXPOSE_HEADERS, EXPOSED);
        }
    }

    /** Answers the question that a browser asks before a call, if this is one; no key is sent with it. */
    boolean answersPreflight(ServerRequest request, ServerResponse response) {
        boolean preflight = request.prologue().method().text().equals("OPTIONS")
                && request.headers().contains(REQUEST_METHOD)
                && allows(request);
        if (preflight) {
            response.status(Status.NO_CONTENT_204);
            response.header(ALLOW_METHODS, METHODS);
            request.headers().first(REQUEST_HEADERS).ifPresent(names -> response.header(ALLOW_HEADERS, names));
            response.header(MAX_AGE, DAY_SECONDS);
            response.send();
        }
        return preflight;
    }
}
