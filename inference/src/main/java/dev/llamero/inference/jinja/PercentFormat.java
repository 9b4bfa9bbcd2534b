package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Python's {@code '%s' % value}. */
final class PercentFormat {
    private final Render render;
    private final String format;
    private final Object values;
    private final StringBuilder out = new StringBuilder();
    private int position;
    private int used;
    private boolean namesUsed;

    private PercentFormat(Render render, String format, Object values) {
        this.render = render;
        this.format = format;
        this.values = values;
    }

    static String format(Render render, String format, Object values) {
        return new PercentFormat(render, format, values).run();
    }

    /** The values with their strings escaped, for a format that is markup. */
    static Object escaped(Render render, Object values) {
        return switch (values) {
            case Tuple tuple ->
                Tuple.of(tuple.stream().map(item -> escaped(render, item)).toArray());
            case Map<?, ?> map -> {
                Map<Object, Object> made = new LinkedHashMap<>();
                map.forEach((key, value) -> made.put(key, escaped(render, value)));
                yield made;
            }
            case Long _, Double _, BigInteger _, Boolean _ -> values;
            case null, default -> Markup.of(render, values).text();
        };
    }

    private String run() {
        while (position < format.length()) {
            int percent = format.indexOf('%', position);
            if (percent < 0) {
                break;
            }
            out.append(format, position, percent);
            position = percent + 1;
            conversion();
        }
        out.append(format, Math.min(position, format.length()), format.length());
        render.chargeText(out.length());
        int given = values instanceof Tuple tuple ? tuple.size() : 1;
        boolean mapping = values instanceof Map<?, ?>
                || values instanceof Undefined
                || values instanceof List<?> && !(values instanceof Tuple);
        if (!namesUsed && used < given && !mapping) {
            throw TemplateException.type("not all arguments converted during string formatting");
        }
        return out.toString();
    }

    private char peek() {
        if (position >= format.length()) {
            throw TemplateException.value("incomplete format");
        }
        return format.charAt(position);
    }

    private void conversion() {
        Object named = Signature.ABSENT;
        if (peek() == '(') {
            named = namedValue();
        }
        StringBuilder flags = new StringBuilder();
        while ("#0- +".indexOf(peek()) >= 0) {
            flags.append(format.charAt(position++));
        }
        int width = number();
        if (width == Integer.MIN_VALUE) {
            width = 0;
        } else if (width < 0) {
            flags.append('-');
            width = -width;
        }
        int precision = -1;
        if (peek() == '.') {
            position++;
            precision = Math.max(0, number());
        }
        while ("hlL".indexOf(peek()) >= 0) {
            position++;
        }
        char type = format.charAt(position++);
        if (type == '%') {
            out.append('%');
            return;
        }
        Object value = named == Signature.ABSENT ? nextValue() : named;
        append(convert(type, value, flags.toString(), precision), width, flags.toString(), type);
    }

    private Object namedValue() {
        int close = format.indexOf(')', position);
        if (close < 0) {
            throw TemplateException.value("incomplete format key");
        }
        if (!(values instanceof Map<?, ?> map)) {
            throw TemplateException.type("format requires a mapping");
        }
        String key = format.substring(position + 1, close);
        position = close + 1;
        namesUsed = true;
        Object value = Dicts.get(map, key);
        if (value == Activation.MISSING) {
            throw new TemplateException("KeyError", PythonText.repr(key));
        }
        return value;
    }

    private Object nextValue() {
        int index = used++;
        if (values instanceof Tuple tuple ? index >= tuple.size() : index > 0) {
            throw TemplateException.type("not enough arguments for format string");
        }
        return values instanceof Tuple tuple ? tuple.get(index) : values;
    }

    /** A width or precision: digits, a star, or {@code MIN_VALUE} for none. */
    private int number() {
        if (peek() == '*') {
            position++;
            if (!(nextValue() instanceof Long given)) {
                throw TemplateException.type("* wants int");
            }
            return Math.clamp(given, -Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
        int start = position;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.min(value * 10 + format.charAt(position++) - '0', Integer.MAX_VALUE);
        }
        return position == start ? Integer.MIN_VALUE : (int) value;
    }

    private String convert(char type, Object value, String flags, int precision) {
        boolean alternate = flags.indexOf('#') >= 0;
        switch (type) {
            case 's', 'r', 'a' -> {
                String text = type == 's' ? PythonText.str(render, value) : PythonText.repr(render, value);
                return precision < 0 ? text : Sequences.part(text, 0, precision);
            }
            case 'c' -> {
                return character(value);
            }
            case 'd', 'i', 'u' -> {
                return signed(integer(type, value, true), flags, 10, "", precision);
            }
            case 'x', 'X', 'o' -> {
                String prefix = alternate ? "0" + type : "";
                String text = signed(integer(type, value, false), flags, type == 'o' ? 8 : 16, prefix, precision);
                return type == 'X' ? text.toUpperCase(Locale.ROOT) : text;
            }
            case 'f', 'F', 'e', 'E', 'g', 'G' -> {
                double number = real(value);
                boolean negative = number < 0 || number == 0 && 1 / number < 0;
                return sign(negative, flags)
                        + FloatFormat.digits(number, type, precision < 0 ? 6 : precision, alternate);
            }
            default -> {
                int code = format.codePointAt(position - 1);
                throw TemplateException.value("unsupported format character '" + Character.toString(code) + "' (0x"
                        + Integer.toHexString(code) + ") at index " + (position - 1));
            }
        }
    }

    private static String character(Object value) {
        if (Comparison.isText(value) && Sequences.length(value) == 1) {
            return Comparison.text(value);
        }
        if (value instanceof Long code && code >= 0 && code <= Character.MAX_CODE_POINT) {
            return Character.toString(code.intValue());
        }
        throw TemplateException.type("%c requires int or char");
    }

    private static BigInteger integer(char type, Object value, boolean floats) {
        if (value instanceof Double number && floats) {
            return Numbers.big(Numbers.truncate(number));
        }
        if (value instanceof Undefined undefined && floats) {
            throw undefined.failure();
        }
        if (!Numbers.isInteger(value)) {
            throw TemplateException.type("%" + type + " format: " + (floats ? "a real number" : "an integer")
                    + " is required, not " + PythonText.typeName(value));
        }
        return Numbers.big(value);
    }

    private static double real(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Numbers.isNumber(value)) {
            throw TemplateException.type("must be real number, not " + PythonText.typeName(value));
        }
        return Numbers.toDouble(value);
    }

    private static String sign(boolean negative, String flags) {
        return negative ? "-" : flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    }

    private String signed(BigInteger value, String flags, int radix, String prefix, int precision) {
        String digits = radix == 10 ? Numbers.decimal(value.abs()) : value.abs().toString(radix);
        if (precision > digits.length()) {
            render.chargeText(precision);
            digits = "0".repeat(precision - digits.length()) + digits;
        }
        return sign(value.signum() < 0, flags) + prefix + digits;
    }

    private void append(String text, int width, String flags, char type) {
        int missing = width - text.codePointCount(0, text.length());
        if (missing <= 0) {
            out.append(text);
            return;
        }
        render.chargeText((long) out.length() + width);
        if (flags.indexOf('-') >= 0) {
            out.append(text).append(" ".repeat(missing));
        } else if (flags.indexOf('0') >= 0 && "srac".indexOf(type) < 0) {
            int digits = !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
            digits += text.startsWith("0x", digits) || text.startsWith("0X", digits) || text.startsWith("0o", digits)
                    ? 2
                    : 0;
            out.append(text, 0, digits).append("0".repeat(missing)).append(text, digits, text.length());
        } else {
            out.append(" ".repeat(missing)).append(text);
        }
    }
}
