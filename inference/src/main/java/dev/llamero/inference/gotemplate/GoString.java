package dev.llamero.inference.gotemplate;

import java.nio.charset.StandardCharsets;

/** Strings as Go has them: bytes, held one per char. */
final class GoString {
    /** What decoding gives for a byte that is no UTF-8. */
    static final int RUNE_ERROR = 0xFFFD;

    private GoString() {}

    /** Bytes of a text; a lone surrogate becomes U+FFFD, as in Go's JSON decoder. */
    static String of(String text) {
        int ascii = 0;
        while (ascii < text.length() && text.charAt(ascii) < 0x80) {
            ascii++;
        }
        if (ascii == text.length()) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16);
        out.append(text, 0, ascii);
        for (int i = ascii; i < text.length(); ) {
            int rune = text.codePointAt(i);
            i += Character.charCount(rune);
            appendRune(out, rune);
        }
        return out.toString();
    }

    /** The text of bytes; each byte that is no UTF-8 becomes U+FFFD, as in Go. */
    static String text(CharSequence bytes) {
        var out = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); ) {
            char first = bytes.charAt(i);
            if (first < 0x80) {
                out.append(first);
                i++;
            } else {
                out.appendCodePoint(rune(bytes, i));
                i += width(bytes, i);
            }
        }
        return out.toString();
    }

    static String ofBytes(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The rune that begins at a byte; {@link #RUNE_ERROR} if none does. */
    static int rune(CharSequence bytes, int at) {
        int first = bytes.charAt(at);
        if (first < 0x80) {
            return first;
        }
        int length = sequence(bytes, at);
        if (length == 0) {
            return RUNE_ERROR;
        }
        int rune = first & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            rune = rune << 6 | bytes.charAt(at + i) & 0x3F;
        }
        return rune;
    }

    /** Bytes of the rune that begins here; 1 if none does. */
    static int width(CharSequence bytes, int at) {
        return bytes.charAt(at) < 0x80 ? 1 : Math.max(1, sequence(bytes, at));
    }

    /** Whether the bytes here are a whole rune, and not a stray byte. */
    static boolean isRune(CharSequence bytes, int at) {
        return bytes.charAt(at) < 0x80 || sequence(bytes, at) > 0;
    }

    private static int sequence(CharSequence bytes, int at) {
        int first = bytes.charAt(at);
        int length = first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (first < 0xC2 || length == 0 || at + length > bytes.length()) {
            return 0;
        }
        int second = bytes.charAt(at + 1);
        int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes.charAt(at + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    static int runeCount(CharSequence bytes) {
        int count = 0;
        for (int i = 0; i < bytes.length(); i += width(bytes, i)) {
            count++;
        }
        return count;
    }

    /** The first runes of a string. */
    static String firstRunes(String bytes, int count) {
        int i = 0;
        for (int left = count; i < bytes.length() && left > 0; left--) {
            i += width(bytes, i);
        }
        return bytes.substring(0, i);
    }

    static void appendRune(StringBuilder out, int value) {
        int rune =
                value < 0 || value > Character.MAX_CODE_POINT || value >= 0xD800 && value < 0xE000 ? RUNE_ERROR : value;
        if (rune < 0x80) {
            out.append((char) rune);
        } else if (rune < 0x800) {
            out.append((char) (0xC0 | rune >> 6)).append(tail(rune));
        } else if (rune < 0x10000) {
            out.append((char) (0xE0 | rune >> 12)).append(tail(rune >> 6)).append(tail(rune));
        } else {
            out.append((char) (0xF0 | rune >> 18));
            out.append(tail(rune >> 12)).append(tail(rune >> 6)).append(tail(rune));
        }
    }

    private static char tail(int bits) {
        return (char) (0x80 | bits & 0x3F);
    }

    static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    static boolean isAlphaNumeric(int rune) {
        return rune == '_' || rune >= 0 && (Character.isLetter(rune) || Character.isDigit(rune));
    }

    /** Whether Go prints a rune as it is when it quotes: everything visible, and the ASCII space. */
    static boolean isPrint(int rune) {
        if (rune < 0x80) {
            return rune >= 0x20 && rune < 0x7F;
        }
        return switch (Character.getType(rune)) {
            case Character.UNASSIGNED,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Without the white space of Unicode at both ends. */
    static String trimSpace(String bytes) {
        String text = text(bytes);
        int start = 0;
        int end = text.length();
        while (start < end && isUnicodeSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isUnicodeSpace(text.charAt(end - 1))) {
            end--;
        }
        return of(text.substring(start, end));
    }

    private static boolean isUnicodeSpace(char c) {
        return c >= '\t' && c <= '\r' || c == 0x85 || Character.isSpaceChar(c);
    }
}
