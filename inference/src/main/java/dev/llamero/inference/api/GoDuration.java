package dev.llamero.inference.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Durations as Ollama's API takes them: a number of seconds or a Go duration string; below zero means forever. */
public final class GoDuration {
    /** Never expires: the largest count of nanoseconds, about 292 years. */
    public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private static final Map<String, Double> NANOS =
            Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "μs", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "h", 3600e9);

    private GoDuration() {}

    /** Reads a {@code keep_alive} value. */
    static Duration read(JsonValue value) {
        return switch (value) {
            case JsonValue.Num number -> ofSeconds(Double.parseDouble(number.literal()));
            case JsonValue.Str string -> parse(string.text());
            case JsonValue.Bool ignored -> throw new BadJsonException("Unsupported type: 'bool'");
            case JsonValue.Arr ignored -> throw new BadJsonException("Unsupported type: '[]interface {}'");
            case JsonValue.Obj ignored -> throw new BadJsonException("Unsupported type: 'map[string]interface {}'");
            case JsonValue.Null ignored -> null;
        };
    }

    private static Duration ofSeconds(double seconds) {
        return seconds < 0 ? FOREVER : Duration.ofNanos((long) Math.min(seconds * 1e9, Long.MAX_VALUE));
    }

    /**
     * A Go duration string.
     *
     * @throws BadJsonException with the text of Go's {@code time.ParseDuration}
     */
    public static Duration parse(String text) {
        String rest = text;
        boolean negative = rest.startsWith("-");
        if (negative || rest.startsWith("+")) {
            rest = rest.substring(1);
        }
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        if (rest.isEmpty()) {
            throw invalid(text);
        }
        double nanos = 0;
        while (!rest.isEmpty()) {
            int digits = span(rest, 0, true);
            if (digits == 0 || rest.substring(0, digits).replace(".", "").isEmpty()) {
                throw invalid(text);
            }
            double amount = amount(rest.substring(0, digits), text);
            int end = span(rest, digits, false);
            String unit = rest.substring(digits, end);
            if (unit.isEmpty()) {
                throw new BadJsonException("time: missing unit in duration " + quoted(text));
            }
            Double factor = NANOS.get(unit);
            if (factor == null) {
                throw new BadJsonException("time: unknown unit " + quoted(unit) + " in duration " + quoted(text));
            }
            nanos += amount * factor;
            rest = rest.substring(end);
        }
        if (nanos >= Long.MAX_VALUE) {
            throw invalid(text);
        }
        return negative && nanos > 0 ? FOREVER : Duration.ofNanos((long) nanos);
    }

    private static double amount(String digits, String whole) {
        try {
            return Double.parseDouble(digits);
        } catch (NumberFormatException e) {
            throw invalid(whole);
        }
    }

    /** End of the run of digits and points from {@code from}, or of the run of anything else. */
    private static int span(String text, int from, boolean numeric) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '.' || Character.isDigit(text.charAt(at))) == numeric) {
            at++;
        }
        return at;
    }

    private static BadJsonException invalid(String text) {
        return new BadJsonException("time: invalid duration " + quoted(text));
    }

    /** As Go's package {@code time} quotes: byte by byte what is not ASCII. */
    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            if (value < ' ') {
                out.append("\\x%02x".formatted(value & 0xff));
            } else {
                out.append(value == '"' || value == '\\' ? "\\" : "").append((char) value);
            }
        }
        return out.append('"').toString();
    }
}
