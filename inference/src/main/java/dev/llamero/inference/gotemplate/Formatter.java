package dev.llamero.inference.gotemplate;

/**
 * Writes single values with the flags, width and precision of a verb, as Go's formatter does. Used by one thread.
 *
 * <p>The text may not grow past a bound; then a {@link GoTemplateException} is thrown.
 */
final class Formatter {
    static final String LOWER = "0123456789abcdefx";
    static final String UPPER = "0123456789ABCDEFX";

    final StringBuilder out = new StringBuilder();
    boolean widthIsSet;
    boolean precisionIsSet;
    boolean minus;
    boolean plus;
    boolean sharp;
    boolean space;
    boolean zero;
    /** For %+v and %#v, whose flags do not reach single values. */
    boolean plusV;

    boolean sharpV;
    int width;
    int precision;

    void clear() {
        widthIsSet = false;
        precisionIsSet = false;
        minus = false;
        plus = false;
        sharp = false;
        space = false;
        zero = false;
        plusV = false;
        sharpV = false;
        width = 0;
        precision = 0;
    }

    private void padding(int count) {
        if (count > 0) {
            Budget.checkLength((long) out.length() + count);
            out.repeat(zero && !minus ? '0' : ' ', count);
        }
    }

    void pad(String bytes) {
        Budget.checkLength((long) out.length() + bytes.length());
        int missing = widthIsSet ? width - GoString.runeCount(bytes) : 0;
        if (!minus) {
            padding(missing);
        }
        out.append(bytes);
        if (minus) {
            padding(missing);
        }
    }

    private void padWithSpaces(String bytes) {
        boolean old = zero;
        zero = false;
        pad(bytes);
        zero = old;
    }

    void bool(boolean value) {
        pad(Boolean.toString(value));
    }

    /** Such as U+0041, with the character itself if the sharp flag is set. */
    void unicode(long value) {
        String digits = Long.toUnsignedString(value, 16).toUpperCase(java.util.Locale.ROOT);
        int wanted = precisionIsSet && precision > 4 ? precision : 4;
        var text = new StringBuilder("U+");
        text.repeat('0', Math.max(0, wanted - digits.length())).append(digits);
        if (sharp && value >= 0 && value <= Character.MAX_CODE_POINT && GoString.isPrint((int) value)) {
            text.append(" '");
            GoString.appendRune(text, (int) value);
            text.append('\'');
        }
        padWithSpaces(text.toString());
    }

    /** @param digits {@link #LOWER} or {@link #UPPER} */
    void integer(long value, int base, boolean signed, char verb, String digits) {
        boolean negative = signed && value < 0;
        if (precisionIsSet && precision == 0 && value == 0) {
            boolean old = zero;
            zero = false;
            padding(width);
            zero = old;
            return;
        }
        int wanted = precisionIsSet ? precision : 0;
        if (!precisionIsSet && zero && !minus && widthIsSet) {
            wanted = width - (negative || plus || space ? 1 : 0);
        }
        String size = negative ? Long.toUnsignedString(-value, base) : Long.toUnsignedString(value, base);
        size = digits.equals(UPPER) ? size.toUpperCase(java.util.Locale.ROOT) : size;
        var text = new StringBuilder();
        text.repeat('0', Math.max(0, wanted - size.length())).append(size);
        if (sharp) {
            switch (base) {
                case 2 -> text.insert(0, "0b");
                case 8 -> text.insert(0, text.charAt(0) == '0' ? "" : "0");
                case 16 -> text.insert(0, "0" + digits.charAt(16));
                default -> {}
            }
        }
        if (verb == 'O') {
            text.insert(0, "0o");
        }
        text.insert(0, negative ? "-" : plus ? "+" : space ? " " : "");
        padWithSpaces(text.toString());
    }

    private String truncated(String bytes) {
        return precisionIsSet ? GoString.firstRunes(bytes, precision) : bytes;
    }

    void string(String bytes) {
        pad(truncated(bytes));
    }

    /** Bytes in hexadecimal. */
    void hex(String bytes, String digits) {
        int length = precisionIsSet && precision < bytes.length() ? precision : bytes.length();
        int total = 2 * length;
        if (length == 0) {
            if (widthIsSet) {
                padding(width);
            }
            return;
        }
        total = space ? (sharp ? 2 * total : total) + length - 1 : sharp ? total + 2 : total;
        boolean pads = widthIsSet && width > total;
        if (pads && !minus) {
            padding(width - total);
        }
        Budget.checkLength((long) out.length() + total);
        String prefix = sharp ? "0" + digits.charAt(16) : "";
        out.append(prefix);
        for (int i = 0; i < length; i++) {
            if (space && i > 0) {
                out.append(' ').append(prefix);
            }
            char c = bytes.charAt(i);
            out.append(digits.charAt(c >> 4)).append(digits.charAt(c & 0xF));
        }
        if (pads && minus) {
            padding(width - total);
        }
    }

    void quoted(String bytes) {
        String text = truncated(bytes);
        pad(sharp && Quote.canBackquote(text) ? "`" + text + "`" : Quote.string(text, plus));
    }

    void character(long value) {
        var text = new StringBuilder();
        GoString.appendRune(text, rune(value));
        pad(text.toString());
    }

    void quotedCharacter(long value) {
        pad(Quote.rune(rune(value), plus));
    }

    private static int rune(long value) {
        return value < 0 || value > Character.MAX_CODE_POINT ? GoString.RUNE_ERROR : (int) value;
    }

    void real(double value, char verb, int standard) {
        int digits = precisionIsSet ? precision : standard;
        String text = FloatText.of(value, verb == 'v' ? 'g' : verb, digits);
        boolean signed = text.startsWith("-") || text.startsWith("+");
        var number = new StringBuilder(signed ? text : "+" + text);
        if (space && number.charAt(0) == '+' && !plus) {
            number.setCharAt(0, ' ');
        }
        char first = number.charAt(1);
        if (first == 'I' || first == 'N') {
            boolean bare = first == 'N' && !space && !plus;
            padWithSpaces(bare ? number.substring(1) : number.toString());
            return;
        }
        if (sharp && verb != 'b') {
            withPoint(number, verb, digits);
        }
        if (!plus && number.charAt(0) == '+') {
            pad(number.substring(1));
        } else if (zero && !minus && widthIsSet && width > number.length()) {
            out.append(number.charAt(0));
            padding(width - number.length());
            out.append(number, 1, number.length());
        } else {
            pad(number.toString());
        }
    }

    /** Puts in the decimal point, and the zeros at the end, that %g leaves out. */
    private static void withPoint(StringBuilder number, char verb, int precision) {
        boolean hex = verb == 'x' || verb == 'X';
        boolean pads = verb == 'v' || verb == 'g' || verb == 'G' || verb == 'x';
        int digits = !pads ? 0 : precision == -1 ? 6 : precision;
        boolean point = false;
        boolean significant = false;
        int end = number.length();
        for (int i = 1; i < end; i++) {
            char c = number.charAt(i);
            if (c == '.') {
                point = true;
            } else if (c == 'p' || c == 'P' || !hex && (c == 'e' || c == 'E')) {
                end = i;
            } else {
                significant |= c != '0';
                digits -= significant ? 1 : 0;
            }
        }
        String tail = number.substring(end);
        number.setLength(end);
        if (!point) {
            digits -= end == 2 && number.charAt(1) == '0' ? 1 : 0;
            number.append('.');
        }
        number.repeat('0', Math.max(0, digits)).append(tail);
    }
}
