package dev.llamero.gateway.access;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The one place that knows a caller by a credential, for page, API and WebSocket alike: a bearer token or the cookie of
 * a sign-in. Failures are counted by source before it matters which it was. Any thread.
 */
public final class Gate {
    /** Scripts cannot read it and other sites cannot send it. */
    public static final String COOKIE = "llamero_session";

    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String BEARER = "bearer ";

    private final Accounts accounts;
    private final Sources sources;
    private final FailedAttempts failures;
    private final boolean exposed;

    /** @param exposed whether others than this machine's user may reach the gateway, so that everybody must sign in */
    public Gate(Accounts accounts, Sources sources, boolean exposed, LongSupplier nanos) {
        this.accounts = accounts;
        this.sources = sources;
        this.exposed = exposed;
        this.failures = new FailedAttempts(nanos);
    }

    /** Whether everybody must sign in. Loopback alone is no identity as soon as there are accounts. */
    public boolean isClosed() {
        return exposed || accounts.any();
    }

    /**
     * Who sent the calling thread's request.
     *
     * @throws AccessException with 401 if nobody we know, with 429 if its source has tried too often
     */
    public Caller caller(Headers headers) {
        if (!isClosed()) {
            return Caller.local();
        }
        Optional<String> token = bearer(headers);
        if (token.isPresent()) {
            return byToken(headers, token.get());
        }
        Optional<String> cookie = cookie(headers);
        if (cookie.isEmpty()) {
            throw new AccessException(
                    UNAUTHORIZED, "sign in at /sign-in, or send a token of this gateway as Authorization: Bearer", 0);
        }
        return accounts.bySignIn(cookie.get()).orElseThrow(() -> {
            String source = sources.of(headers);
            checkRest(source);
            failures.failed(source, Tokens.hash(cookie.get()));
            return new AccessException(UNAUTHORIZED, "this sign-in has ended; sign in again at /sign-in", 0);
        });
    }

    /** Whether the calling thread's request is somebody's; for what strangers are told less of. */
    public boolean knows(Headers headers) {
        try {
            caller(headers);
            return true;
        } catch (AccessException e) {
            return false;
        }
    }

    /** Who has this token; for the sign-in page too. */
    public Caller byToken(Headers headers, String token) {
        String source = sources.of(headers);
        checkRest(source);
        return accounts.byToken(token.strip()).orElseThrow(() -> {
            failures.failed(source, Tokens.hash(token));
            return new AccessException(
                    UNAUTHORIZED, "this token is not known here; ./llamero user add NAME makes a new one", 0);
        });
    }

    private void checkRest(String source) {
        long seconds = failures.restSeconds(source);
        if (seconds > 0) {
            throw new AccessException(
                    TOO_MANY_REQUESTS, "too many wrong tokens; try again in " + seconds + " seconds", seconds);
        }
    }

    /** Whether a caller of a moment ago would still be let in with what it had. */
    public boolean stands(Caller caller) {
        return caller.isSignedIn() ? accounts.stands(caller) : !isClosed();
    }

    /** Whether the cookie of this request's answer may be sent over TLS only. */
    public boolean isSecure(Headers headers) {
        return sources.isSecure(headers);
    }

    private static Optional<String> bearer(Headers headers) {
        return headers.first(HeaderNames.AUTHORIZATION)
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(value -> value.substring(BEARER.length()).strip());
    }

    private static Optional<String> cookie(Headers headers) {
        return headers.all(HeaderNames.COOKIE, List::of).stream()
                .flatMap(line -> Arrays.stream(line.split(";")))
                .map(String::strip)
                .filter(pair -> pair.startsWith(COOKIE + "="))
                .map(pair -> pair.substring(COOKIE.length() + 1))
                .findFirst();
    }
}
