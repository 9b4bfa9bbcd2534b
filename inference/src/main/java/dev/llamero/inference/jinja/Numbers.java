package dev.llamero.inference.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's numbers: integers without bounds (kept as long where they fit) and floats. */
final class Numbers {
    /** Python refuses to turn longer integers into text or back. */
    static final int INT_DIGITS_MAX = 4300;

    /** Integers beyond this many bits are refused: they are of no use in a template and slow. */
    static final int INT_BITS_MAX = 1 << 16;

    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    /** A long where it fits, else the big integer. */
    static Object narrow(BigInteger value) {
        if (value.bitLength() > INT_BITS_MAX) {
            throw TemplateException.limit("an integer of more than %d bits", INT_BITS_MAX);
        }
        return value.compareTo(LONG_MIN) >= 0 && value.compareTo(LONG_MAX) <= 0 ? (Object) value.longValue() : value;
    }

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static boolean isNumber(Object value) {
        return value instanceof Double || isInteger(value);
    }

    /** The integer as a long where it is small (booleans count as 0 and 1), else null. */
    static Long small(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean flag -> flag ? 1L : 0L;
            case null, default -> null;
        };
    }

    static BigInteger big(Object integer) {
        return integer instanceof BigInteger value ? value : BigInteger.valueOf(small(integer));
    }

    static double toDouble(Object number) {
        if (number instanceof Double value) {
            return value;
        }
        if (number instanceof BigInteger value) {
            double converted = value.doubleValue();
            if (Double.isInfinite(converted)) {
                throw TemplateException.overflow("int too large to convert to float");
            }
            return converted;
        }
        return small(number);
    }

    /** The integer as an index or count; values out of int's range become its ends. */
    static int index(Object value, String message) {
        if (!isInteger(value)) {
            if (value instanceof Undefined undefined) {
                throw undefined.failure();
            }
            throw TemplateException.type(message);
        }
        BigInteger number = big(value);
        if (number.bitLength() > 31) {
            return number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
        return number.intValue();
    }

    /** The argument as a count or width of a built-in function. */
    static int index(Object value) {
        return index(value, "'" + PythonText.typeName(value) + "' object cannot be interpreted as an integer");
    }

    static String decimal(BigInteger value) {
        // One decimal digit takes more than three bits, so the cheap test goes first.
        String digits = value.toString();
        if (digits.length() - (value.signum() < 0 ? 1 : 0) > INT_DIGITS_MAX) {
            throw TemplateException.value("Exceeds the limit (" + INT_DIGITS_MAX
                    + " digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit");
        }
        return digits;
    }

    /** The shortest text that reads back as the same float, in Python's spelling. */
    static String floatRepr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (point > 16 || point < -3) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return sign + digits.charAt(0) + fraction + "e" + exponent(point - 1);
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return sign + digits + "0".repeat(point - digits.length()) + ".0";
        }
        return sign + digits.substring(0, point) + "." + digits.substring(point);
    }

    /** An exponent with its sign and at least two digits. */
    static String exponent(int exponent) {
        int size = Math.abs(exponent);
        return (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
    }

    /** {@code int(text, base)}; null where the text is no integer. */
    static Object parseInt(String text, int base) {
        String digits = text.strip();
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int radix = base;
        if (digits.length() > 2 && digits.charAt(0) == '0') {
            int prefixed = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> 16;
                case 'o' -> 8;
                case 'b' -> 2;
                default -> 0;
            };
            if (prefixed > 0 && (base == prefixed || base == 0)) {
                radix = prefixed;
                digits = digits.substring(digits.charAt(2) == '_' ? 3 : 2);
            }
        }
        radix = radix == 0 ? 10 : radix;
        if (digits.isEmpty() || digits.startsWith("_") || digits.endsWith("_") || digits.contains("__")) {
            return null;
        }
        digits = digits.replace("_", "");
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), radix) < 0) {
                return null;
            }
        }
        if (digits.length() > INT_DIGITS_MAX) {
            return null;
        }
        BigInteger value = new BigInteger(digits, radix);
        return narrow(negative ? value.negate() : value);
    }

    /** {@code float(text)}; null where the text is no number. */
    static Double parseFloat(String text) {
        String digits = text.strip();
        String plain = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        String lower = plain.toLowerCase(java.util.Locale.ROOT);
        double sign = digits.startsWith("-") ? -1 : 1;
        if (lower.equals("inf") || lower.equals("infinity")) {
            return sign * Double.POSITIVE_INFINITY;
        }
        if (lower.equals("nan")) {
            return Double.NaN;
        }
        boolean digitSeen = false;
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean between = i > 0
                    && i + 1 < lower.length()
                    && Character.isDigit(lower.charAt(i - 1))
                    && Character.isDigit(lower.charAt(i + 1));
            boolean allowed = digit || c == '.' || c == 'e' || c == '+' || c == '-' || c == '_' && between;
            if (!allowed || lower.length() > INT_DIGITS_MAX) {
                return null;
            }
            digitSeen |= digit;
        }
        try {
            return digitSeen ? sign * Double.parseDouble(lower.replace("_", "")) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** {@code int(value)} of a float: without its fraction. */
    static Object truncate(double value) {
        if (Double.isNaN(value)) {
            throw TemplateException.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw TemplateException.overflow("cannot convert float infinity to integer");
        }
        return narrow(new BigDecimal(value).toBigInteger());
    }

    /** {@code round(value, places)}: half to even, on the float's exact value. */
    static Object round(Object value, int places) {
        if (value instanceof Double number) {
            if (Double.isNaN(number) || Double.isInfinite(number) || places > 400) {
                return number;
            }
            if (places < -400) {
                return number * 0.0;
            }
            double rounded = new BigDecimal(number)
                    .setScale(places, RoundingMode.HALF_EVEN)
                    .doubleValue();
            return rounded == 0 && number < 0 ? -0.0 : rounded;
        }
        if (places >= 0) {
            return narrow(big(value));
        }
        if (places < -INT_DIGITS_MAX) {
            return 0L;
        }
        return narrow(new BigDecimal(big(value))
                .setScale(places, RoundingMode.HALF_EVEN)
                .toBigInteger());
    }
}
