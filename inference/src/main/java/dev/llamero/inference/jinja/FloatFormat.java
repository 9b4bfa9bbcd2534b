package dev.llamero.inference.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A float's digits in the forms {@code f}, {@code e} and {@code g}, rounded half to even on its exact value. */
final class FloatFormat {
    /** More digits than any float has; a larger precision is refused. */
    private static final int PRECISION_MAX = 2000;

    private FloatFormat() {}

    /** The absolute value in the form; capital letters of the form give capital letters. */
    static String digits(double number, char form, int precision, boolean alternate) {
        if (precision > PRECISION_MAX) {
            throw TemplateException.value("precision too big");
        }
        double value = Math.abs(number);
        boolean upper = Character.isUpperCase(form);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            String name = Double.isNaN(value) ? "nan" : "inf";
            return upper ? name.toUpperCase(java.util.Locale.ROOT) : name;
        }
        BigDecimal exact = new BigDecimal(value);
        String text = switch (Character.toLowerCase(form)) {
            case 'f' -> fixed(exact, precision) + (alternate && precision == 0 ? "." : "");
            case 'e' -> scientific(exact, precision, alternate);
            case '%' -> fixed(exact.movePointRight(2), precision) + "%";
            default -> general(exact, Math.max(precision, 1), alternate);
        };
        return upper ? text.toUpperCase(java.util.Locale.ROOT) : text;
    }

    private static String fixed(BigDecimal value, int precision) {
        return value.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String scientific(BigDecimal value, int precision, boolean alternate) {
        if (value.signum() == 0) {
            return (precision > 0 ? "0." + "0".repeat(precision) : alternate ? "0." : "0") + "e+00";
        }
        BigDecimal rounded = value.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = digits.length() - rounded.scale() - 1;
        StringBuilder padded = new StringBuilder(digits);
        while (padded.length() < precision + 1) {
            padded.append('0');
        }
        padded.setLength(precision + 1);
        String fraction = precision > 0 ? "." + padded.substring(1) : alternate ? "." : "";
        return padded.charAt(0) + fraction + "e" + Numbers.exponent(exponent);
    }

    private static String general(BigDecimal value, int precision, boolean alternate) {
        if (value.signum() == 0) {
            return alternate ? "0." + "0".repeat(precision - 1) : "0";
        }
        BigDecimal rounded = value.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String text;
        if (exponent < -4 || exponent >= precision) {
            text = scientific(value, precision - 1, alternate);
            int e = text.indexOf('e');
            return alternate ? text : withoutZeros(text.substring(0, e)) + text.substring(e);
        }
        text = fixed(value, precision - 1 - exponent);
        return alternate ? text : withoutZeros(text);
    }

    private static String withoutZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
