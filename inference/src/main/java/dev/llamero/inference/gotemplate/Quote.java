package dev.llamero.inference.gotemplate;

/** Go's quoted strings and runes, both ways. Strings are bytes, as everywhere in this package. */
final class Quote {
    private static final String HEX = "0123456789abcdef";

    private Quote() {}

    /** A string in double quotes. */
    static String string(String bytes, boolean ascii) {
        var out = new StringBuilder(bytes.length() + 8).append('"');
        for (int i = 0; i < bytes.length(); i += GoString.width(bytes, i)) {
            if (GoString.isRune(bytes, i)) {
                rune(out, GoString.rune(bytes, i), '"', ascii);
            } else {
                hex(out.append("\\x"), bytes.charAt(i), 2);
            }
        }
        return out.append('"').toString();
    }

    static String string(String bytes) {
        return string(bytes, false);
    }

    /** A rune in single quotes. */
    static String rune(int rune, boolean ascii) {
        var out = new StringBuilder().append('\'');
        boolean valid = rune >= 0 && rune <= Character.MAX_CODE_POINT && (rune < 0xD800 || rune > 0xDFFF);
        rune(out, valid ? rune : GoString.RUNE_ERROR, '\'', ascii);
        return out.append('\'').toString();
    }

    /** Whether a string can stand between backquotes. */
    static boolean canBackquote(String bytes) {
        for (int i = 0; i < bytes.length(); i += GoString.width(bytes, i)) {
            int rune = GoString.rune(bytes, i);
            boolean control = rune < ' ' && rune != '\t' || rune == 0x7F;
            if (!GoString.isRune(bytes, i) || control || rune == '`' || rune == 0xFEFF) {
                return false;
            }
        }
        return true;
    }

    private static void rune(StringBuilder out, int rune, char quote, boolean ascii) {
        if (rune == quote || rune == '\\') {
            out.append('\\').append((char) rune);
        } else if (GoString.isPrint(rune) && (!ascii || rune < 0x80)) {
            GoString.appendRune(out, rune);
        } else {
            int escape = "\u0007\b\f\n\r\t\u000b".indexOf(rune);
            if (escape >= 0) {
                out.append('\\').append("abfnrtv".charAt(escape));
            } else if (rune < ' ' || rune == 0x7F) {
                hex(out.append("\\x"), rune, 2);
            } else if (rune < 0x10000) {
                hex(out.append("\\u"), rune, 4);
            } else {
                hex(out.append("\\U"), rune, 8);
            }
        }
    }

    private static void hex(StringBuilder out, int value, int digits) {
        for (int shift = digits * 4 - 4; shift >= 0; shift -= 4) {
            out.append(HEX.charAt(value >> shift & 0xF));
        }
    }

    /**
     * What a quoted string says.
     *
     * @return null if it is not well formed
     */
    static String unquote(String quoted) {
        String inner = quoted.substring(1, quoted.length() - 1);
        if (quoted.charAt(0) == '`') {
            return inner.replace("\r", "");
        }
        if (inner.indexOf('\n') >= 0) {
            return null;
        }
        var out = new StringBuilder(inner.length());
        var reader = new Escapes(inner, '"');
        while (reader.at < inner.length()) {
            if (!reader.next(out)) {
                return null;
            }
        }
        return out.toString();
    }

    /**
     * What a character constant says.
     *
     * @return the rune; -1 if it is not well formed, -2 if something follows it
     */
    static int unquoteRune(String quoted) {
        String inner = quoted.substring(1);
        var reader = new Escapes(inner, '\'');
        if (!reader.next(new StringBuilder())) {
            return -1;
        }
        return inner.substring(reader.at).equals("'") ? reader.value : -2;
    }

    /** Reads the characters of a literal one by one. */
    private static final class Escapes {
        private final String text;
        private final char quote;
        private int at;
        private int value;

        Escapes(String text, char quote) {
            this.text = text;
            this.quote = quote;
        }

        boolean next(StringBuilder out) {
            char c = text.charAt(at);
            if (c == quote) {
                return false;
            }
            if (c != '\\') {
                int width = GoString.width(text, at);
                value = GoString.rune(text, at);
                out.append(text, at, at + width);
                at += width;
                return true;
            }
            if (at + 1 >= text.length()) {
                return false;
            }
            char kind = text.charAt(at + 1);
            at += 2;
            return escape(kind, out);
        }

        private boolean escape(char kind, StringBuilder out) {
            int simple = "abfnrtv\\".indexOf(kind);
            if (simple >= 0) {
                value = "\u0007\b\f\n\r\t\u000b\\".charAt(simple);
                out.append((char) value);
                return true;
            }
            return switch (kind) {
                case 'x' -> digits(2, 16) && append(out, false);
                case 'u' -> digits(4, 16) && append(out, true);
                case 'U' -> digits(8, 16) && append(out, true);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    at--;
                    yield digits(3, 8) && value < 256 && append(out, false);
                }
                case '\'', '"' -> {
                    value = kind;
                    out.append(kind);
                    yield kind == quote;
                }
                default -> false;
            };
        }

        private boolean append(StringBuilder out, boolean rune) {
            if (!rune) {
                out.append((char) value);
                return true;
            }
            boolean valid = value >= 0 && value <= Character.MAX_CODE_POINT && (value < 0xD800 || value > 0xDFFF);
            if (valid) {
                GoString.appendRune(out, value);
            }
            return valid;
        }

        private boolean digits(int count, int radix) {
            if (at + count > text.length()) {
                return false;
            }
            value = 0;
            for (int i = 0; i < count; i++) {
                int digit = Character.digit(text.charAt(at + i), radix);
                if (digit < 0 || text.charAt(at + i) >= 0x80) {
                    return false;
                }
                value = value * radix + digit;
            }
            at += count;
            return true;
        }
    }
}
