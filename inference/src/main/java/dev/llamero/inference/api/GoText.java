package dev.llamero.inference.api;

import java.nio.charset.StandardCharsets;

/** Strings as Go reads, trims and quotes them, where clients see it. */
public final class GoText {
    private static final char REPLACEMENT = '\uFFFD';

    private GoText() {}

    /** UTF-8 as Go's JSON decoder reads it: every byte that belongs to no character becomes U+FFFD. */
    static String decoded(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        // Java replaces a cut sequence once, Go each of its bytes.
        var out = new StringBuilder(text.length() + 2);
        for (int at = from; at < to; ) {
            int width = width(bytes, at, to);
            out.append(width == 0 ? REPLACEMENT + "" : new String(bytes, at, width, StandardCharsets.UTF_8));
            at += Math.max(width, 1);
        }
        return out.toString();
    }

    /** Bytes of the character that begins here; 0 if none does. */
    private static int width(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xff;
        int width = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (width < 2 || at + width > to) {
            return width < 2 ? width : 0;
        }
        int second = bytes[at + 1] & 0xff;
        boolean tooLong = first == 0xe0 && second < 0xa0 || first == 0xf0 && second < 0x90;
        boolean tooFar = first == 0xed && second >= 0xa0 || first == 0xf4 && second >= 0x90;
        for (int i = 1; i < width; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return tooLong || tooFar ? 0 : width;
    }

    /** Without the white space of Unicode at both ends, as {@code strings.TrimSpace}. */
    public static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (from < to && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isSpace(char value) {
        return value >= '\t' && value <= '\r' || value == '\u0085' || Character.isSpaceChar(value);
    }

    /** In double quotes, as {@code %q} and {@code strconv.Quote}. */
    public static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(rune -> append(out, rune));
        return out.append('"').toString();
    }

    private static void append(StringBuilder out, int rune) {
        int escape = "\u0007\b\f\n\r\t\u000b".indexOf(rune);
        if (rune == '"' || rune == '\\') {
            out.append('\\').append((char) rune);
        } else if (isPrint(rune)) {
            out.appendCodePoint(rune);
        } else if (escape >= 0) {
            out.append('\\').append("abfnrtv".charAt(escape));
        } else if (rune < ' ' || rune == 0x7f) {
            out.append("\\x%02x".formatted(rune));
        } else {
            out.append((rune < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(rune));
        }
    }

    private static boolean isPrint(int rune) {
        return switch (Character.getType(rune)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> rune == ' ';
            default -> true;
        };
    }
}
