package dev.llamero.inference.gotemplate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Real numbers in Go's formats. Any thread. */
public final class FloatText {
    private FloatText() {}

    /** Decimal digits d1 d2 ... of 0.d1d2... times ten to the point. */
    private record Digits(String digits, int point) {
        char at(int index) {
            return index >= 0 && index < digits.length() ? digits.charAt(index) : '0';
        }
    }

    /**
     * A number as text.
     *
     * @param format e, E, f, g, G, b, x or X
     * @param precision -1 for as many digits as tell the number from its neighbours
     */
    public static String of(double value, char format, int precision) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        boolean negative = Double.doubleToRawLongBits(value) < 0;
        if (Double.isInfinite(value)) {
            return negative ? "-Inf" : "+Inf";
        }
        double size = Math.abs(value);
        String text = switch (format) {
            case 'e', 'E' -> exponent(digits(size, format, precision), precision, format);
            case 'f' -> fixed(digits(size, format, precision), precision);
            case 'g', 'G' -> general(size, format, precision);
            case 'b' -> binary(size);
            default -> hex(size, format, precision);
        };
        return negative ? "-" + text : text;
    }

    private static Digits digits(double size, char format, int precision) {
        if (size == 0) {
            return new Digits("", 0);
        }
        if (precision < 0) {
            return shortest(size);
        }
        var exact = new BigDecimal(size);
        BigDecimal rounded = switch (format) {
            case 'f' -> exact.setScale(precision, RoundingMode.HALF_EVEN);
            case 'g', 'G' -> exact.round(new MathContext(Math.max(precision, 1), RoundingMode.HALF_EVEN));
            default -> exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        };
        return of(rounded);
    }

    private static Digits of(BigDecimal value) {
        if (value.signum() == 0) {
            return new Digits("", 0);
        }
        BigDecimal stripped = value.stripTrailingZeros();
        String digits = stripped.unscaledValue().toString();
        return new Digits(digits, digits.length() - stripped.scale());
    }

    private static Digits shortest(double size) {
        Digits digits = of(new BigDecimal(Double.toString(size)));
        if (digits.digits().length() != 2) {
            return digits;
        }
        // Java never writes fewer than two digits, even if one tells the number.
        BigDecimal one = new BigDecimal(Double.toString(size)).round(new MathContext(1, RoundingMode.HALF_EVEN));
        return one.doubleValue() == size ? of(one) : digits;
    }

    private static String general(double size, char format, int precision) {
        int wanted = precision == 0 ? 1 : precision;
        Digits digits = digits(size, format, wanted);
        int count = digits.digits().length();
        int limit = wanted > count && count >= digits.point() ? count : wanted;
        limit = wanted < 0 ? 6 : limit;
        int exponent = count == 0 ? -1 : digits.point() - 1;
        if (exponent < -4 || exponent >= limit) {
            return exponent(
                    digits, Math.max(0, (wanted < 0 || wanted > count ? count : wanted) - 1), (char) (format - 2));
        }
        return fixed(digits, Math.max(count - digits.point(), 0));
    }

    private static String exponent(Digits digits, int precision, char format) {
        int places = precision < 0 ? Math.max(digits.digits().length() - 1, 0) : precision;
        var out = new StringBuilder().append(digits.at(0));
        if (places > 0) {
            out.append('.');
            for (int i = 1; i <= places; i++) {
                out.append(digits.at(i));
            }
        }
        int exponent = digits.digits().isEmpty() ? 0 : digits.point() - 1;
        return signed(out.append(format), exponent, 2);
    }

    /** Appends an exponent with its sign and at least so many digits. */
    private static String signed(StringBuilder out, int exponent, int digits) {
        out.append(exponent < 0 ? '-' : '+');
        String size = Integer.toString(Math.abs(exponent));
        out.append("0".repeat(Math.max(0, digits - size.length()))).append(size);
        return out.toString();
    }

    private static String fixed(Digits digits, int precision) {
        int places = precision < 0 ? Math.max(digits.digits().length() - digits.point(), 0) : precision;
        var out = new StringBuilder();
        for (int i = 0; i < digits.point(); i++) {
            out.append(digits.at(i));
        }
        if (out.isEmpty()) {
            out.append('0');
        }
        if (places > 0) {
            out.append('.');
            for (int i = 0; i < places; i++) {
                out.append(digits.at(digits.point() + i));
            }
        }
        return out.toString();
    }

    private static String binary(double size) {
        long bits = Double.doubleToRawLongBits(size);
        int exponent = (int) (bits >> 52);
        long mantissa = bits & (1L << 52) - 1;
        mantissa |= exponent == 0 ? 0 : 1L << 52;
        int power = Math.max(exponent, 1) - 1075;
        return signed(new StringBuilder().append(mantissa).append('p'), power, 1);
    }

    private static String hex(double size, char format, int precision) {
        long bits = Double.doubleToRawLongBits(size);
        int exponent = (int) (bits >> 52) - 1023;
        // One digit before the point, 15 behind it.
        long mantissa = (bits & (1L << 52) - 1) << 8;
        if (exponent == -1023) {
            int shift = size == 0 ? 0 : Long.numberOfLeadingZeros(mantissa) - 3;
            mantissa <<= shift;
            exponent = size == 0 ? 0 : -1022 - shift;
        } else {
            mantissa |= 1L << 60;
        }
        if (precision >= 0 && precision < 15) {
            int shift = precision * 4;
            long extra = mantissa << shift & (1L << 60) - 1;
            mantissa >>= 60 - shift;
            if ((extra | mantissa & 1) > 1L << 59) {
                mantissa++;
            }
            mantissa <<= 60 - shift;
            if ((mantissa & 1L << 61) != 0) {
                mantissa >>= 1;
                exponent++;
            }
        }
        var out = new StringBuilder("0").append(format).append(mantissa >> 60 & 1);
        mantissa <<= 4;
        if (precision > 0 || precision < 0 && mantissa != 0) {
            out.append('.');
            String hex = format == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
            for (int i = 0; precision >= 0 ? i < precision : mantissa != 0; i++) {
                out.append(hex.charAt((int) (mantissa >>> 60)));
                mantissa <<= 4;
            }
        }
        return signed(out.append((char) (format - 'x' + 'p')), exponent, 2);
    }
}
