package dev.llamero.proxy.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/**
 * Who may call. With an API key: whoever shows it. Without one the listener is on loopback, and a web page must not
 * reach it through the browser: then Host and Origin have to name this machine (DNS rebinding, cross-site requests).
 */
public final class CallerChecks {
    private static final String BEARER = "bearer ";

    private final Optional<byte[]> keyHash;

    public CallerChecks(Optional<String> apiKey) {
        this.keyHash = apiKey.map(CallerChecks::hash);
    }

    /** @param pageAllowed whether it comes from a page that the owner has put on the list */
    void check(ServerRequest request, boolean pageAllowed) {
        if (keyHash.isPresent()) {
            checkKey(request, keyHash.get());
        } else {
            checkHost(request);
            if (!pageAllowed) {
                checkOrigin(request);
            }
        }
    }

    private static void checkKey(ServerRequest request, byte[] expected) {
        String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        boolean bearer = header.toLowerCase(Locale.ROOT).startsWith(BEARER);
        if (!bearer) {
            throw new Refusal(
                    401, "missing_api_key", "this proxy needs an API key: send the header Authorization: Bearer KEY");
        }
        // Hashes have one length, so the comparison tells nothing about the key, not even its length.
        if (!MessageDigest.isEqual(
                expected, hash(header.substring(BEARER.length()).strip()))) {
            throw new Refusal(401, "invalid_api_key", "the API key in the Authorization header is not the right one");
        }
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

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
