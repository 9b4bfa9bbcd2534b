package dev.llamero.inference.grammar;

import java.util.Map;
import java.util.Optional;

/**
 * GBNF for the contents of strings whose {@code format} a grammar can keep (RFC 3339, RFC 9562), without the quotes.
 */
final class StringFormats {
    private static final String DATE =
            "[0-9]{4} \"-\" (\"0\" [1-9] | \"1\" [0-2]) \"-\" (\"0\" [1-9] | [1-2] [0-9] | \"3\" [0-1])";
    private static final String TIME =
            "([0-1] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{3})?"
                    + " (\"Z\" | [+-] ([0-1] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9])";
    private static final String HEX4 = "[0-9a-fA-F]{4}";
    private static final Map<String, String> KNOWN = Map.of(
            "date",
            DATE,
            "time",
            TIME,
            "date-time",
            DATE + " \"T\" " + TIME,
            "uuid",
            "[0-9a-fA-F]{8} \"-\" " + HEX4 + " \"-\" " + HEX4 + " \"-\" " + HEX4 + " \"-\" [0-9a-fA-F]{12}");

    private StringFormats() {}

    static Optional<String> grammar(String format) {
        return Optional.ofNullable(KNOWN.get(format));
    }
}
