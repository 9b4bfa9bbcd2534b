package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Token.Kind;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Reads numbers as Go writes them. */
final class NumberLiteral {
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(\\d[\\d_]*\\.?[\\d_]*|\\.[\\d_]*\\d[\\d_]*)([eE][+-]?\\d[\\d_]*)?");
    private static final Pattern HEX =
            Pattern.compile("[+-]?0[xX]_?(\\p{XDigit}[\\p{XDigit}_]*\\.?[\\p{XDigit}_]*|\\.\\p{XDigit}[\\p{XDigit}_]*)"
                    + "[pP][+-]?\\d[\\d_]*");
    private static final BigInteger UINT_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final double INT_END = 0x1p63;

    private NumberLiteral() {}

    /** Says what is wrong with a number; the message is Go's. */
    static final class BadNumberException extends Exception {
        private static final long serialVersionUID = 1L;

        BadNumberException(String message) {
            super(message, null, false, false);
        }
    }

    static Node.Number parse(Token token) throws BadNumberException {
        String text = token.text();
        if (token.kind() == Kind.CHAR_CONSTANT) {
            int rune = Quote.unquoteRune(text);
            if (rune < 0) {
                throw new BadNumberException(rune == -1 ? "invalid syntax" : "malformed character constant: " + text);
            }
            return new Node.Number(token.position(), text, true, true, true, rune, rune);
        }
        if (token.kind() == Kind.COMPLEX || text.endsWith("i")) {
            throw new BadNumberException("complex numbers are not supported: " + Quote.string(text));
        }
        BigInteger integer = integer(text);
        if (integer != null && fits(integer, text)) {
            boolean isInt = integer.bitLength() < 64;
            boolean isUint = integer.signum() == 0 || integer.signum() > 0 && !signed(text);
            double real = isInt ? integer.longValue() : integer.doubleValue();
            return new Node.Number(token.position(), text, isInt, isUint, true, integer.longValue(), real);
        }
        return real(token);
    }

    private static boolean fits(BigInteger integer, String text) {
        return integer.bitLength() < 64 || !signed(text) && integer.signum() > 0 && integer.compareTo(UINT_MAX) <= 0;
    }

    private static boolean signed(String text) {
        return text.startsWith("+") || text.startsWith("-");
    }

    private static Node.Number real(Token token) throws BadNumberException {
        String text = token.text();
        double real = parseReal(text);
        if (Double.isNaN(real)) {
            throw new BadNumberException("illegal number syntax: " + Quote.string(text));
        }
        if (text.chars().noneMatch(c -> ".eEpP".indexOf(c) >= 0)) {
            throw new BadNumberException("integer overflow: " + Quote.string(text));
        }
        boolean isInt = real >= -INT_END && real < INT_END && real == Math.rint(real);
        return new Node.Number(token.position(), text, isInt, isInt && real >= 0, true, (long) real, real);
    }

    /** An integer in any of Go's bases; null if it is none. */
    private static BigInteger integer(String text) {
        if (!underscoresFit(text)) {
            return null;
        }
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        digits = signed(digits) ? digits.substring(1) : digits;
        int radix = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            radix = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> 16;
                case 'o' -> 8;
                case 'b' -> 2;
                default -> 0;
            };
            digits = digits.substring(radix == 0 ? 1 : 2);
            radix = radix == 0 ? 8 : radix;
        }
        int base = radix;
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c < 0x80 && Character.digit(c, base) >= 0)) {
            return null;
        }
        var value = new BigInteger(digits, base);
        return negative ? value.negate() : value;
    }

    /** A real number; not-a-number if the text is none, or is beyond the largest. */
    private static double parseReal(String text) {
        boolean hex = HEX.matcher(text).matches();
        if (!underscoresFit(text) || !hex && !DECIMAL.matcher(text).matches()) {
            return Double.NaN;
        }
        double value = Double.parseDouble(text.replace("_", ""));
        return Double.isInfinite(value) ? Double.NaN : value;
    }

    /** Underscores may stand between digits, and behind a prefix. */
    private static boolean underscoresFit(String text) {
        if (text.indexOf('_') < 0) {
            return true;
        }
        int i = signed(text) ? 1 : 0;
        char last = '^';
        boolean hex = false;
        if (text.length() >= i + 2 && text.charAt(i) == '0' && "box".indexOf(lower(text.charAt(i + 1))) >= 0) {
            hex = lower(text.charAt(i + 1)) == 'x';
            last = '0';
            i += 2;
        }
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9' || hex && lower(c) >= 'a' && lower(c) <= 'f';
            if (!digit && (c == '_' ? last != '0' : last == '_')) {
                return false;
            }
            last = digit ? '0' : c == '_' ? '_' : '!';
        }
        return last != '_';
    }

    private static char lower(char c) {
        return (char) (c | 0x20);
    }
}
