package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.Locale;

/** Python's format mini-language: {@code [[fill]align][sign][#][0][width][,][.precision][type]}. */
final class FormatSpec {
    private String fill = " ";
    private char align;
    private char sign = '-';
    private boolean alternate;
    private int width;
    private char grouping;
    private int precision = -1;
    private char type;

    private FormatSpec(String spec) {
        int i = 0;
        int first = spec.isEmpty() ? 0 : Character.charCount(spec.codePointAt(0));
        if (first < spec.length() && first > 0 && "<>^=".indexOf(spec.charAt(first)) >= 0) {
            fill = spec.substring(0, first);
            align = spec.charAt(first);
            i = first + 1;
        } else if (first > 0 && "<>^=".indexOf(spec.charAt(0)) >= 0) {
            align = spec.charAt(i++);
        }
        if (i < spec.length() && "+- ".indexOf(spec.charAt(i)) >= 0) {
            sign = spec.charAt(i++);
        }
        if (i < spec.length() && spec.charAt(i) == '#') {
            alternate = true;
            i++;
        }
        if (i < spec.length() && spec.charAt(i) == '0' && align == 0) {
            fill = "0";
            align = '=';
            i++;
        }
        int end = digitsEnd(spec, i);
        width = number(spec, i, end);
        i = end;
        if (i < spec.length() && (spec.charAt(i) == ',' || spec.charAt(i) == '_')) {
            grouping = spec.charAt(i++);
        }
        if (i < spec.length() && spec.charAt(i) == '.') {
            end = digitsEnd(spec, i + 1);
            if (end == i + 1) {
                throw TemplateException.value("Format specifier missing precision");
            }
            precision = number(spec, i + 1, end);
            i = end;
        }
        if (i < spec.length()) {
            type = spec.charAt(i++);
        }
        if (i < spec.length()) {
            throw TemplateException.value("Invalid format specifier");
        }
    }

    private static int digitsEnd(String spec, int from) {
        int end = from;
        while (end < spec.length() && spec.charAt(end) >= '0' && spec.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static int number(String spec, int from, int to) {
        if (to - from > 9) {
            throw TemplateException.value("Too many decimal digits in format string");
        }
        return from == to ? 0 : Integer.parseInt(spec, from, to, 10);
    }

    static String format(Render render, Object value, String spec) {
        if (spec.isEmpty()) {
            return PythonText.str(render, value);
        }
        FormatSpec parsed = new FormatSpec(spec);
        return switch (value) {
            case String text -> parsed.text(render, text);
            case Markup markup -> parsed.text(render, markup.text());
            case Double number -> parsed.real(render, number);
            case Boolean _, Long _, BigInteger _ -> parsed.integer(render, value);
            case null, default ->
                throw TemplateException.type(
                        "unsupported format string passed to " + PythonText.typeName(value) + ".__format__");
        };
    }

    private TemplateException unknownCode(String typeName) {
        return TemplateException.value("Unknown format code '" + type + "' for object of type '" + typeName + "'");
    }

    private String text(Render render, String text) {
        if (type != 0 && type != 's') {
            throw unknownCode("str");
        }
        String cut = precision < 0 ? text : Sequences.part(text, 0, precision);
        return padded(render, "", cut, align == 0 || align == '=' ? '<' : align);
    }

    private String integer(Render render, Object value) {
        if ("eEfFgG%".indexOf(type) >= 0 && type != 0) {
            return real(render, Numbers.toDouble(value));
        }
        BigInteger number = Numbers.big(value);
        int radix = switch (type) {
            case 0, 'd', 'n' -> 10;
            case 'x', 'X' -> 16;
            case 'o' -> 8;
            case 'b' -> 2;
            case 'c' -> 0;
            default -> throw unknownCode("int");
        };
        if (radix == 0) {
            return padded(render, "", Character.toString(number.intValue() & 0xfffff), align == 0 ? '<' : align);
        }
        String digits =
                radix == 10 ? Numbers.decimal(number.abs()) : number.abs().toString(radix);
        digits = grouped(digits, radix == 10 ? 3 : 4);
        String prefix = alternate && radix != 10 ? "0" + type : "";
        digits = type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
        return padded(render, sign(number.signum() < 0) + prefix, digits, align == 0 ? '>' : align);
    }

    private String real(Render render, double number) {
        boolean negative = number < 0 || number == 0 && 1 / number < 0;
        String digits;
        if (type == 0 && precision < 0) {
            digits = Numbers.floatRepr(Math.abs(number));
        } else if (type == 0) {
            digits = FloatFormat.digits(number, 'g', precision, alternate);
            digits = digits.matches("[0-9]+") && digits.length() < Math.max(precision, 1) ? digits + ".0" : digits;
        } else if ("eEfFgG%n".indexOf(type) >= 0) {
            digits = FloatFormat.digits(number, type == 'n' ? 'g' : type, precision < 0 ? 6 : precision, alternate);
        } else {
            throw unknownCode("float");
        }
        int end = 0;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        digits = grouped(digits.substring(0, end), 3) + digits.substring(end);
        return padded(render, sign(negative), digits, align == 0 ? '>' : align);
    }

    private String sign(boolean negative) {
        return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    }

    private String grouped(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % size == 0) {
                out.append(grouping);
            }
            out.append(digits.charAt(i));
        }
        return out.toString();
    }

    private String padded(Render render, String prefix, String body, char side) {
        int missing = width - prefix.length() - body.codePointCount(0, body.length());
        if (missing <= 0) {
            return prefix + body;
        }
        render.chargeText((long) width * fill.length());
        return switch (side) {
            case '<' -> prefix + body + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + prefix + body + fill.repeat(missing - missing / 2);
            case '=' -> prefix + fill.repeat(missing) + body;
            default -> fill.repeat(missing) + prefix + body;
        };
    }
}
