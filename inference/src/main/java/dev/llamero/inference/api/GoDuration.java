package dev.llamero.inference.api;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Durations as Ollama's API takes them: a number of seconds or a Go duration string; below zero means forever. */
public final class GoDuration {
    /** Never expires: the largest count of nanoseconds, about 292 years. */
    public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private static final int DIGITS_MAX = 100;
    private static final BigInteger NANOS_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "μs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

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
        boolean negative = text.startsWith("-");
        int at = negative || text.startsWith("+") ? 1 : 0;
        if (text.length() == at + 1 && text.charAt(at) == '0') {
            return Duration.ZERO;
        }
        if (text.length() == at) {
            throw invalid(text);
        }
        BigInteger nanos = BigInteger.ZERO;
        while (at < text.length()) {
            int point = digits(text, at);
            boolean pointed = point < text.length() && text.charAt(point) == '.';
            int unit = pointed ? digits(text, point + 1) : point;
            if (unit - at == (pointed ? 1 : 0) || point - at > DIGITS_MAX) {
                throw invalid(text);
            }
            int end = unitEnd(text, unit);
            nanos = nanos.add(number(text, at, point, unit)
                    .multiply(BigDecimal.valueOf(factor(text.substring(unit, end), text)))
                    .toBigInteger());
            // Go counts in 64 bits, and the least number has no positive one to it.
            if (nanos.compareTo(negative ? NANOS_MAX.add(BigInteger.ONE) : NANOS_MAX) > 0) {
                throw invalid(text);
            }
            at = end;
        }
        return negative && nanos.signum() > 0 ? FOREVER : Duration.ofNanos(nanos.longValue());
    }

    private static long factor(String unit, String text) {
        if (unit.isEmpty()) {
            throw new BadJsonException("time: missing unit in duration " + quoted(text));
        }
        Long factor = NANOS.get(unit);
        if (factor == null) {
            throw new BadJsonException("time: unknown unit " + quoted(unit) + " in duration " + quoted(text));
        }
        return factor;
    }

    /** Of a fraction's digits, those that can matter. */
    private static BigDecimal number(String text, int from, int point, int to) {
        String fraction = point < to ? text.substring(point + 1, Math.min(to, point + 1 + DIGITS_MAX)) : "";
        return new BigDecimal("0" + text.substring(from, point) + "." + fraction + "0");
    }

    /** End of the run of digits from {@code from}. */
    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** A unit ends where the next number begins. */
    private static int unitEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) != '.' && digits(text, at) == at) {
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
