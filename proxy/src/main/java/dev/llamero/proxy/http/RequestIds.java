package dev.llamero.proxy.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The name of a request on all layers: the caller's if it is sane, else a new one. */
final class RequestIds {
    static final String HEADER = "X-Request-ID";

    /** The same, as Anthropic's clients look for it. */
    static final HeaderName ANTHROPIC = HeaderNames.create("request-id");

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestIds() {}

    static String acceptOrMake(Optional<String> given) {
        return given.filter(id -> SANE.matcher(id).matches()).orElseGet(() -> "req-" + random());
    }

    /** Sixteen random bytes in hex: unique, not secret. */
    static String random() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
