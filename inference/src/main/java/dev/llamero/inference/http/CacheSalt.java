package dev.llamero.inference.http;

import dev.llamero.inference.api.ApiException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.regex.Pattern;

/**
 * Under what salt a request's cells may be reused. A proxy that knows its callers sends {@code X-Llamero-Cache-Salt},
 * one value per key or user, so that nobody can tell from the time of an answer what others have asked; callers without
 * it share what they compute.
 */
final class CacheSalt {
    private static final HeaderName HEADER = HeaderNames.create("X-Llamero-Cache-Salt");
    private static final Pattern SANE = Pattern.compile("[!-~]{0,256}");

    private CacheSalt() {}

    static String of(Exchange exchange) {
        String salt = exchange.header(HEADER).orElse("");
        if (!SANE.matcher(salt).matches()) {
            throw ApiException.badRequest("header X-Llamero-Cache-Salt must be at most 256 visible ASCII characters");
        }
        return salt;
    }
}
