package dev.llamero.models.store;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;

/**
 * Writes JSON as Go's encoder does: {@code <}, {@code >}, {@code &} and the two line separators escaped, lower-case
 * hex, Go's number format, keys in the order of the map.
 */
public final class GoJson {
    private GoJson() {}

    /** Maps, collections, strings, numbers, booleans, null, and arrays of int, float and byte (as numbers) to JSON. */
    public static String of(Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case CharSequence text -> string(text, out);
            // By its own digits: as a double, 1e-6 would be a little less than that, and be written otherwise.
            case Float number ->
                real(new BigDecimal(number.toString()), Math.abs(Double.parseDouble(number.toString())), out);
            case Double number -> real(new BigDecimal(number.toString()), Math.abs(number), out);
            case Number number -> out.append(number);
            case Boolean bool -> out.append(bool);
            case Map<?, ?> map -> object(map, out);
            case Collection<?> items -> array(items, out);
            case int[] items -> numbers(items, out);
            case float[] items -> reals(items, out);
            case byte[] items -> bytes(items, out);
            default -> throw new IllegalStateException("no JSON for " + value.getClass());
        }
    }

    private static void object(Map<?, ?> map, StringBuilder out) {
        char lead = '{';
        for (var entry : map.entrySet()) {
            out.append(lead);
            string((String) entry.getKey(), out);
            out.append(':');
            write(entry.getValue(), out);
            lead = ',';
        }
        out.append(lead == '{' ? "{}" : "}");
    }

    private static void array(Collection<?> items, StringBuilder out) {
        char lead = '[';
        for (Object item : items) {
            out.append(lead);
            write(item, out);
            lead = ',';
        }
        out.append(lead == '[' ? "[]" : "]");
    }

    private static void numbers(int[] items, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < items.length; i++) {
            out.append(i == 0 ? "" : ",").append(items[i]);
        }
        out.append(']');
    }

    private static void reals(float[] items, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < items.length; i++) {
            out.append(i == 0 ? "" : ",");
            write(items[i], out);
        }
        out.append(']');
    }

    private static void bytes(byte[] items, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < items.length; i++) {
            out.append(i == 0 ? "" : ",").append(items[i] & 0xff);
        }
        out.append(']');
    }

    /** Go writes an exponent only below 1e-6 and from 1e21 on, without a leading zero in it. */
    private static void real(BigDecimal exact, double size, StringBuilder out) {
        if (size == 0) {
            out.append('0');
            return;
        }
        BigDecimal value = exact.stripTrailingZeros();
        if (size >= 1e-6 && size < 1e21) {
            out.append(value.toPlainString());
            return;
        }
        String digits = value.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - value.scale();
        out.append(value.signum() < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            out.append('.').append(digits, 1, digits.length());
        }
        out.append('e').append(exponent < 0 ? "-" : "+").append(Math.abs(exponent));
    }

    private static void string(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&', '\u2028', '\u2029' -> unit(c, out);
                default -> {
                    if (c < 0x20) {
                        unit(c, out);
                    } else {
                        out.append(lonely(text, i) ? '\uFFFD' : c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void unit(char c, StringBuilder out) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 0xf, 16));
        }
    }

    /** A surrogate without its partner cannot be encoded. */
    private static boolean lonely(CharSequence text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
