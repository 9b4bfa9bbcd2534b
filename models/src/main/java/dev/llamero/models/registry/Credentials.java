package dev.llamero.models.registry;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** User and password from an address. Immutable; its text never shows them. */
record Credentials(String user, String password) {
    /** Reads the part of an address before the {@code @}. */
    static Optional<Credentials> ofUserInfo(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(new Credentials(decoded(user), colon < 0 ? "" : decoded(text.substring(colon + 1))));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The header {@code Authorization}. */
    String basic() {
        String both = user + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Credentials[...]";
    }
}
