package dev.llamero.models.registry;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry asks for with status 401: header {@code WWW-Authenticate} (RFC 9110, 11.6.1). Immutable.
 *
 * @param scheme in lower case, {@code bearer} or {@code basic}; "" if there is no header
 * @param parameters such as realm, service and scope
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,]+))");
    private static final int CHARACTERS_MAX = 8 << 10;

    static Challenge parse(String header) {
        String text = header.strip();
        if (text.length() > CHARACTERS_MAX) {
            return new Challenge("", Map.of());
        }
        int space = text.indexOf(' ');
        String scheme = space < 0 ? text : text.substring(0, space);
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(text.substring(scheme.length()));
        while (matcher.find()) {
            String value = matcher.group(2) == null
                    ? matcher.group(3)
                    : matcher.group(2).replaceAll("\\\\(.)", "$1");
            parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return new Challenge(scheme.toLowerCase(Locale.ROOT), parameters);
    }

    String get(String name) {
        return parameters.getOrDefault(name, "");
    }
}
