package dev.llamero.inference.grammar;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Regular expressions for the strings of a {@code format}; some formats allow more, none allows less. */
final class StringFormats {
    private static final String DATE = "\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])"
            + "|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))";
    private static final String TIME = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{3})?(Z|[+-](0\\d|1[0-4]):[0-5]\\d)";
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
    private static final String HOST = LABEL + "(\\." + LABEL + "){0,4}";
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String HEX4 = "[0-9a-fA-F]{4}";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String URI = "https?://" + HOST + "(:[1-9]\\d{1,3})?(/[A-Za-z0-9._~-]{0,60}){0,8}"
            + "(\\?[A-Za-z0-9=&._~-]{0,100})?(#[A-Za-z0-9._~-]{0,60})?";
    private static final String DURATION = "P(\\d{1,3}W|\\d{1,4}D(T\\d{1,3}H)?|\\d{1,4}Y(\\d{1,2}M(\\d{1,2}D)?)?"
            + "|\\d{1,2}M(\\d{1,2}D)?|T(\\d{1,3}H(\\d{1,2}M(\\d{1,2}S)?)?|\\d{1,3}M(\\d{1,2}S)?|\\d{1,5}S))";

    private static final Map<String, String> KNOWN = new TreeMap<>(Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", DATE + "T" + TIME),
            Map.entry("duration", DURATION),
            Map.entry("uuid", "[0-9a-fA-F]{8}-" + HEX4 + "-" + HEX4 + "-" + HEX4 + "-[0-9a-fA-F]{12}"),
            Map.entry("email", "[A-Za-z0-9_+-]{1,30}(\\.[A-Za-z0-9_+-]{1,15}){0,2}@" + HOST + "\\.[A-Za-z]{2,10}"),
            Map.entry("hostname", HOST),
            Map.entry("ipv4", OCTET + "(\\." + OCTET + "){3}"),
            Map.entry(
                    "ipv6",
                    GROUP + "((:" + GROUP + "){7}|(:" + GROUP + "){0,2}::(" + GROUP + "(:" + GROUP + "){0,2})?)"),
            Map.entry("uri", URI),
            // Any text is one.
            Map.entry("password", "[\\s\\S]*")));

    private StringFormats() {}

    /** The regular expression of a whole string. */
    static Optional<String> expression(String format) {
        return Optional.ofNullable(KNOWN.get(format)).map(text -> "^(" + text + ")$");
    }

    static String names() {
        return String.join(", ", new TreeSet<>(KNOWN.keySet()));
    }
}
