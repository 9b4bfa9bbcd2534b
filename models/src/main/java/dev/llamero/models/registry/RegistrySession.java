package dev.llamero.models.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The conversation of one transfer with one registry: proves who asks, follows redirects by {@link RedirectRule}, and
 * makes failures of replies with a bad status. Any thread; the token is shared.
 */
final class RegistrySession {
    private static final int BODY_SHOWN_MAX = 4 << 10;

    private final HttpLink link;
    private final URI base;
    private final Optional<Credentials> credentials;
    private final RedirectRule redirects;
    private final Tokens tokens;
    private volatile String token = "";

    /**
     * A question to the registry.
     *
     * @param body makes the body, anew for each attempt; null for none
     * @param streamed whether the body of a good reply is read by the caller
     * @param follow whether redirects are followed
     * @param deadline longest wait for the reply; null for the usual
     */
    record Ask(
            String method,
            URI address,
            Map<String, String> headers,
            Supplier<BodyPublisher> body,
            boolean streamed,
            boolean follow,
            Duration deadline) {
        static Ask of(String method, URI address) {
            return new Ask(method, address, Map.of(), null, false, true, null);
        }

        Ask with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Ask(method, address, more, body, streamed, follow, deadline);
        }

        Ask at(URI other) {
            return new Ask(method, other, headers, body, streamed, follow, deadline);
        }
    }

    /**
     * A good reply.
     *
     * @param address where it came from, after all redirects
     */
    record Answer(URI address, HttpResponse<InputStream> reply) {
        int status() {
            return reply.statusCode();
        }

        Optional<String> header(String name) {
            return reply.headers().firstValue(name);
        }

        byte[] bytes() throws IOException {
            try (InputStream body = reply.body()) {
                return body.readAllBytes();
            }
        }
    }

    /** @param base address of the registry, or of the one file that is fetched */
    RegistrySession(HttpLink link, URI base, Optional<Credentials> credentials, Tokens tokens) {
        this.link = link;
        this.base = base;
        this.credentials = credentials;
        this.redirects = new RedirectRule(base, link::isDirect);
        this.tokens = tokens;
    }

    /**
     * Asks, and goes where the registry sends us.
     *
     * @throws RegistryException if there is no good reply
     */
    Answer send(Ask ask, BooleanSupplier cancelled) throws IOException {
        URI target = ask.address();
        boolean challenged = false;
        for (int hops = 0; hops <= TransferLimits.REDIRECTS_MAX; ) {
            String used = token;
            HttpResponse<InputStream> reply = once(ask.at(target), used, cancelled);
            int status = reply.statusCode();
            if (status == 401 && isRegistry(target)) {
                if (challenged) {
                    throw new RegistryException("unauthorized: access denied");
                }
                challenged = true;
                prove(reply.headers().firstValue("WWW-Authenticate").orElse(""), used, cancelled);
                continue;
            }
            Optional<String> location = reply.headers().firstValue("Location");
            if (ask.follow() && isRedirect(status) && location.isPresent()) {
                target = redirects.follow(target, location.get());
                hops++;
                continue;
            }
            check(reply);
            return new Answer(target, reply);
        }
        throw new RegistryException.Hostile(
                "maximum redirects exceeded (" + TransferLimits.REDIRECTS_MAX + ") for " + base.getHost());
    }

    /** Address of the registry. */
    URI base() {
        return base;
    }

    /** Resolves and checks an address that the registry gave beside a redirect. */
    URI follow(URI from, String location) throws RegistryException {
        return redirects.follow(from, location);
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private HttpResponse<InputStream> once(Ask ask, String used, BooleanSupplier cancelled) throws IOException {
        HttpRequest.Builder request = link.request(ask.address())
                .method(
                        ask.method(),
                        ask.body() == null
                                ? BodyPublishers.noBody()
                                : ask.body().get());
        ask.headers().forEach(request::header);
        // Ollama's registry redirects uploads; the bytes need not go out before it has said so.
        request.expectContinue(ask.method().equals("PATCH") && base.getHost().endsWith(".ollama.ai"));
        // Nothing that proves who we are leaves the registry for another host.
        if (isRegistry(ask.address())) {
            if (!used.isEmpty()) {
                request.header("Authorization", "Bearer " + used);
            } else {
                credentials.ifPresent(known -> request.header("Authorization", known.basic()));
            }
        }
        if (ask.streamed()) {
            return link.streamed(request.build(), cancelled);
        }
        return ask.deadline() == null
                ? link.small(request.build(), TransferLimits.MANIFEST_BYTES_MAX, cancelled)
                : link.small(request.build(), TransferLimits.MANIFEST_BYTES_MAX, ask.deadline(), cancelled);
    }

    private boolean isRegistry(URI address) {
        return address.getScheme().equals(base.getScheme())
                && address.getHost().equalsIgnoreCase(base.getHost())
                && address.getPort() == base.getPort();
    }

    /** Gets a token for the challenge, unless another thread just did. */
    private synchronized void prove(String header, String used, BooleanSupplier cancelled) throws IOException {
        if (!token.equals(used)) {
            return;
        }
        Challenge challenge = Challenge.parse(header);
        if (!challenge.scheme().equals("bearer")) {
            throw new RegistryException("unauthorized: access denied");
        }
        token = tokens.fetch(challenge, base, credentials, cancelled);
    }

    private static void check(HttpResponse<InputStream> reply) throws IOException {
        int status = reply.statusCode();
        if (status == 404) {
            HttpLink.close(reply.body());
            throw new RegistryException.Absent();
        }
        if (status >= 400) {
            try (InputStream body = reply.body()) {
                String text = new String(body.readNBytes(BODY_SHOWN_MAX), StandardCharsets.UTF_8);
                throw new RegistryException.Refused(
                        status,
                        text,
                        retryAfterMillis(
                                reply.headers().firstValue("Retry-After").orElse("")));
            }
        }
    }

    /** Only seconds; a date is rare, and the usual wait does as well. */
    private static long retryAfterMillis(String header) {
        return header.strip().matches("\\d{1,6}") ? Long.parseLong(header.strip()) * 1_000 : 0;
    }
}
