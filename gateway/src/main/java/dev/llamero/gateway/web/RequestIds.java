package dev.llamero.gateway.web;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.UUID;
import java.util.regex.Pattern;

/** The id by which one request is found in the logs of all layers. Pure. */
final class RequestIds {
    static final HeaderName HEADER = HeaderNames.create("X-Request-ID");

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestIds() {}

    /** The caller's id if it is sane, else a new one. */
    static String of(Headers headers) {
        return headers.first(HEADER)
                .filter(id -> SANE.matcher(id).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
    }
}
