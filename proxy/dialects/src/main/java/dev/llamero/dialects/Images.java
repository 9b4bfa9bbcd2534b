package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import java.util.Base64;
import java.util.regex.Pattern;

/** Images, which travel as base64 in every dialect. Addresses are refused: nothing is fetched for a caller. */
final class Images {
    private static final Pattern DATA_URL = Pattern.compile("data:(?:image/(?:jpeg|jpg|png|webp))?;base64,");

    private Images() {}

    /**
     * The base64 text of a data URL.
     *
     * @param field where the URL stands
     */
    static String ofUrl(String url, String field) {
        if (url.startsWith("http://") || url.startsWith("https://")) {
            throw badField(field, "image URLs are not currently supported, please use base64 encoded data instead");
        }
        var matcher = DATA_URL.matcher(url);
        if (!matcher.lookingAt()) {
            throw badField(field, "invalid image input");
        }
        String data = url.substring(matcher.end());
        if (!isBase64(data)) {
            throw badField(field, "invalid image input");
        }
        return data;
    }

    /** Whether the text is whole base64. */
    static boolean isBase64(String data) {
        try {
            return Base64.getDecoder().decode(data).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The type that the first bytes tell. */
    static String mediaType(String base64) {
        if (base64.startsWith("/9j/")) {
            return "image/jpeg";
        }
        if (base64.startsWith("UklGR")) {
            return "image/webp";
        }
        return base64.startsWith("R0lGOD") ? "image/gif" : "image/png";
    }
}
