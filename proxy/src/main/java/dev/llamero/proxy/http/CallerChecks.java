package dev.llamero.proxy.http;

import dev.llamero.proxy.callers.Caller;
import dev.llamero.proxy.callers.Callers;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Who may call. Where there are API keys: whoever shows one. Without them the listener is on loopback, and a web page
 * must not reach it through the browser: then Host and Origin have to name this machine (DNS rebinding, cross-site
 * requests).
 */
public final class CallerChecks {
    private static final String BEARER = "bearer ";

    private static final HeaderName X_API_KEY = HeaderNames.create("X-API-Key");

    private final Callers callers;

    public CallerChecks(Callers callers) {
        this.callers = callers;
    }

    /**
     * Who calls; empty where no key is needed.
     *
     * @param pageAllowed whether it comes from a page that the owner has put on the list
     */
    Optional<Caller> check(ServerRequest request, boolean pageAllowed) {
        if (callers.required()) {
            return Optional.of(identified(request));
        }
        checkHost(request);
        if (!pageAllowed) {
            checkOrigin(request);
        }
        return Optional.empty();
    }

    private Caller identified(ServerRequest request) {
        String key = key(request)
                .orElseThrow(() -> new Refusal(
                        401,
                        "missing_api_key",
                        "this proxy needs an API key: send the header Authorization: Bearer KEY, or X-API-Key: KEY"));
        Caller caller = callers.find(key)
                .orElseThrow(() -> new Refusal(
                        401, "invalid_api_key", "the API key is not one of this proxy's, or it was revoked"));
        if (caller.expired(Instant.now())) {
            throw new Refusal(401, "expired_api_key", "the API key has expired; ask for a new one");
        }
        return caller;
    }

    /** As OpenAI's clients send it, or as Anthropic's do. */
    private static Optional<String> key(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.AUTHORIZATION)
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(value -> value.substring(BEARER.length()).strip())
                .or(() -> request.headers().first(X_API_KEY).map(String::strip))
                .filter(key -> !key.isEmpty());
    }

    /** Refuses what a page of another site, or a name that was bent to this machine, makes a browser send. */
    static void checkLocal(ServerRequest request) {
        checkHost(request);
        checkOrigin(request);
    }

    private static void checkHost(ServerRequest request) {
        String host = request.headers().first(HeaderNames.HOST).orElse("");
        if (!isThisMachine(hostName("http://" + host))) {
            throw new Refusal(
                    403,
                    "foreign_host",
                    "the Host header does not name this machine; use 127.0.0.1 or localhost, or set an API key");
        }
    }

    private static void checkOrigin(ServerRequest request) {
        Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
        if (origin.isPresent() && origin.get().startsWith("http") && !isThisMachine(hostName(origin.get()))
                || origin.filter("null"::equals).isPresent()) {
            throw new Refusal(
                    403, "foreign_origin", "pages of other sites may not use this proxy; set an API key to allow it");
        }
    }

    private static String hostName(String url) {
        try {
            String host = URI.create(url).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            // No host name at all, so not ours.
            return "";
        }
    }

    private static boolean isThisMachine(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
