package dev.llamero.inference.jinja;

import java.util.Locale;

/** Escapes in string literals, as Python's {@code unicode-escape} codec reads them. */
final class StringLiteral {
    private StringLiteral() {}

    static String unescape(String body, int line) {
        int slash = body.indexOf('\\');
        if (slash < 0) {
            return body;
        }
        StringBuilder out = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i);
            if (c != '\\') {
                out.append(c);
                i++;
            } else {
                i = escape(body, i + 1, out, line);
            }
        }
        return out.toString();
    }

    /** Appends what the escape after the backslash stands for; returns the index after it. */
    private static int escape(String body, int i, StringBuilder out, int line) {
        if (i >= body.length()) {
            throw TemplateException.syntax("\\ at end of string", line);
        }
        char c = body.charAt(i);
        int simple = "\n\\'\"abfnrtv".indexOf(c);
        if (simple == 0) {
            return i + 1;
        }
        if (simple > 0) {
            out.append("\n\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
            return i + 1;
        }
        if (c >= '0' && c <= '7') {
            int end = i;
            int code = 0;
            while (end < body.length() && end < i + 3 && body.charAt(end) >= '0' && body.charAt(end) <= '7') {
                code = code * 8 + body.charAt(end++) - '0';
            }
            out.append((char) code);
            return end;
        }
        return switch (c) {
            case 'x' -> hex(body, i + 1, 2, "truncated \\xXX escape", out, line);
            case 'u' -> hex(body, i + 1, 4, "truncated \\uXXXX escape", out, line);
            case 'U' -> hex(body, i + 1, 8, "truncated \\UXXXXXXXX escape", out, line);
            case 'N' -> named(body, i + 1, out, line);
            default -> other(body, i, out);
        };
    }

    private static int hex(String body, int from, int digits, String error, StringBuilder out, int line) {
        long code = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < body.length() && body.charAt(i) < 128 ? Character.digit(body.charAt(i), 16) : -1;
            if (digit < 0) {
                throw TemplateException.syntax(error, line);
            }
            code = code * 16 + digit;
        }
        if (code > Character.MAX_CODE_POINT) {
            throw TemplateException.syntax("illegal Unicode character", line);
        }
        out.appendCodePoint((int) code);
        return from + digits;
    }

    private static int named(String body, int i, StringBuilder out, int line) {
        int end = i < body.length() && body.charAt(i) == '{' ? body.indexOf('}', i) : -1;
        if (end < 0) {
            throw TemplateException.syntax("malformed \\N character escape", line);
        }
        try {
            out.appendCodePoint(Character.codePointOf(body.substring(i + 1, end)));
        } catch (IllegalArgumentException e) {
            throw TemplateException.syntax("unknown Unicode character name", line);
        }
        return end + 1;
    }

    /** An unknown escape stays as it is; before a character outside ASCII Python writes that one's own escape. */
    private static int other(String body, int i, StringBuilder out) {
        int c = body.codePointAt(i);
        out.append('\\');
        if (c < 128) {
            out.append((char) c);
        } else {
            String format = c < 0x100 ? "x%02x" : c < 0x10000 ? "u%04x" : "U%08x";
            out.append(String.format(Locale.ROOT, format, c));
        }
        return i + Character.charCount(c);
    }
}
