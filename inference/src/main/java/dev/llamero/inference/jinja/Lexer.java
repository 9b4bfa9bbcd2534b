package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Source text to tokens, with the white space rules of {@code trim_blocks} and {@code lstrip_blocks}.
 *
 * <p>It makes the same cuts as the regular expressions of Jinja's own lexer, in one pass by hand.
 */
final class Lexer {
    private static final String[] OPERATORS = {"//", "**", "==", "!=", ">=", "<="};
    private static final String SINGLE_OPERATORS = "+-/*%~[](){}><=.:|,;";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> brackets = new ArrayDeque<>();
    private int position;
    private int line = 1;

    /** Whether the text that comes next starts a line, as far as the last tag tells. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(normalized(source));
        lexer.template();
        lexer.add(Kind.EOF, "");
        return lexer.tokens;
    }

    /** One kind of newline; a single newline at the end of the template is dropped. */
    private static String normalized(String source) {
        String text = newlines(source);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    static String newlines(String text) {
        return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private void add(Kind kind, Object value) {
        tokens.add(new Token(kind, value, line));
    }

    private TemplateException fail(String message) {
        return TemplateException.syntax(message, line);
    }

    private void template() {
        while (position < source.length()) {
            int tag = nextTag(position);
            if (tag < 0) {
                data(source.substring(position));
                position = source.length();
                return;
            }
            char mark = source.charAt(tag + 1);
            int raw = mark == '%' ? rawBodyStart(tag) : -1;
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            textBefore(source.substring(position, tag), sign, mark == '{');
            if (raw >= 0) {
                advanceTo(tag, raw);
                rawBody();
            } else {
                position = tag + (sign == '-' || sign == '+' ? 3 : 2);
                inside(mark);
            }
            lineStarting = position > 0 && source.charAt(position - 1) == '\n';
        }
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    /** Adds the text before a tag, cut as the tag's sign and {@code lstrip_blocks} say. */
    private void textBefore(String text, char sign, boolean variable) {
        String kept = text;
        if (sign == '-') {
            kept = text.substring(0, PythonSpace.stripEnd(text));
        } else if (sign != '+' && !variable) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && PythonSpace.isSpace(text, lineStart, text.length())) {
                kept = text.substring(0, lineStart);
            }
        }
        data(kept);
        line += newlineCount(text, kept.length(), text.length());
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
            line += newlineCount(text, 0, text.length());
        }
    }

    private static int newlineCount(CharSequence text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += text.charAt(i) == '\n' ? 1 : 0;
        }
        return count;
    }

    private void advanceTo(int from, int to) {
        line += newlineCount(source, from, to);
        position = to;
    }

    private int skipSpace(int from) {
        int i = from;
        while (i < source.length() && PythonSpace.isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Where the body of a raw block starts if the tag at this place opens one, else -1. */
    private int rawBodyStart(int tag) {
        int i = tag + 2;
        if (i < source.length() && (source.charAt(i) == '-' || source.charAt(i) == '+')) {
            i++;
        }
        i = skipSpace(i);
        if (!source.startsWith("raw", i)) {
            return -1;
        }
        i = skipSpace(i + 3);
        if (source.startsWith("-%}", i)) {
            return skipSpace(i + 3);
        }
        return source.startsWith("%}", i) ? i + 2 : -1;
    }

    private void rawBody() {
        int start = position;
        lineStarting = source.charAt(position - 1) == '\n';
        for (int tag = source.indexOf("{%", start); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
            int i = tag + 2;
            char sign = i < source.length() ? source.charAt(i) : ' ';
            i = skipSpace(sign == '-' || sign == '+' ? i + 1 : i);
            if (source.startsWith("endraw", i)) {
                int end = tagEnd(skipSpace(i + 6), "%}", true);
                if (end >= 0) {
                    textBefore(source.substring(start, tag), sign, false);
                    advanceTo(tag, end);
                    return;
                }
            }
        }
        throw fail("Missing end of raw directive");
    }

    /** Where the text after the closing mark at this place starts, else -1. */
    private int tagEnd(int i, String mark, boolean trim) {
        if (source.startsWith("-" + mark, i)) {
            return skipSpace(i + 1 + mark.length());
        }
        if (trim && source.startsWith("+" + mark, i)) {
            return i + 1 + mark.length();
        }
        if (!source.startsWith(mark, i)) {
            return -1;
        }
        int end = i + mark.length();
        return trim && end < source.length() && source.charAt(end) == '\n' ? end + 1 : end;
    }

    private void inside(char mark) {
        if (mark == '#') {
            comment();
            return;
        }
        boolean block = mark == '%';
        add(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, "");
        brackets.clear();
        String close = block ? "%}" : "}}";
        while (position < source.length()) {
            if (brackets.isEmpty()) {
                int end = tagEnd(position, close, block);
                if (end >= 0) {
                    add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "");
                    advanceTo(position, end);
                    return;
                }
            }
            token();
        }
    }

    private void comment() {
        int close = source.indexOf("#}", position);
        if (close < 0) {
            throw fail("Missing end of comment tag");
        }
        boolean minus = close > position && source.charAt(close - 1) == '-';
        boolean plus = close > position && source.charAt(close - 1) == '+';
        int end = close + 2;
        if (minus) {
            end = skipSpace(end);
        } else if (!plus && end < source.length() && source.charAt(end) == '\n') {
            end++;
        }
        advanceTo(position, end);
    }

    private void token() {
        char c = source.charAt(position);
        if (PythonSpace.isSpace(c)) {
            advanceTo(position, skipSpace(position));
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (isNamePart(source.codePointAt(position))) {
            name();
        } else if ((c == '\'' || c == '"') && stringEnd(c) > 0) {
            int end = stringEnd(c);
            add(Kind.STRING, StringLiteral.unescape(newlines(source.substring(position + 1, end - 1)), line));
            advanceTo(position, end);
        } else {
            operator(c);
        }
    }

    private int stringEnd(char quote) {
        for (int i = position + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == quote) {
                return i + 1;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static boolean isNamePart(int c) {
        return c == '_' || Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c);
    }

    private void name() {
        int end = position;
        while (end < source.length() && isNamePart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        int first = source.codePointAt(position);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            throw fail("Invalid character in identifier");
        }
        add(Kind.NAME, source.substring(position, end));
        position = end;
    }

    private void operator(char c) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                add(Kind.OPERATOR, operator);
                position += 2;
                return;
            }
        }
        if (SINGLE_OPERATORS.indexOf(c) < 0) {
            String shown = PythonText.repr(Character.toString(source.codePointAt(position)));
            throw fail("unexpected char " + shown + " at " + source.codePointCount(0, position));
        }
        switch (c) {
            case '(' -> brackets.push(')');
            case '[' -> brackets.push(']');
            case '{' -> brackets.push('}');
            case ')', ']', '}' -> {
                if (brackets.isEmpty()) {
                    throw fail("unexpected '" + c + "'");
                }
                char expected = brackets.pop();
                if (expected != c) {
                    throw fail("unexpected '" + c + "', expected '" + expected + "'");
                }
            }
            default -> {}
        }
        add(Kind.OPERATOR, String.valueOf(c));
        position++;
    }

    private void number() {
        int end = floatEnd();
        if (end > 0 && (position == 0 || source.charAt(position - 1) != '.')) {
            add(Kind.FLOAT, Double.parseDouble(source.substring(position, end).replace("_", "")));
            position = end;
            return;
        }
        int radix = radixOfPrefix();
        int start = radix == 10 ? position : position + 2;
        end = digitsEnd(start, radix);
        if (radix == 10 && source.charAt(position) == '0') {
            end = position + 1;
            while (end < source.length() && (source.charAt(end) == '0' || source.startsWith("_0", end))) {
                end += source.charAt(end) == '0' ? 1 : 2;
            }
        }
        String digits = source.substring(start, end).replace("_", "");
        if (digits.length() > Numbers.INT_DIGITS_MAX) {
            throw fail("Exceeds the limit (" + Numbers.INT_DIGITS_MAX + " digits) for integer string conversion");
        }
        add(Kind.INTEGER, Numbers.narrow(new BigInteger(digits, radix)));
        position = end;
    }

    /** 2, 8 or 16 where a prefix and at least one digit stand here, else 10. */
    private int radixOfPrefix() {
        if (source.charAt(position) != '0' || position + 2 >= source.length()) {
            return 10;
        }
        int radix = switch (Character.toLowerCase(source.charAt(position + 1))) {
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x' -> 16;
            default -> 10;
        };
        return radix != 10 && digitsEnd(position + 2, radix) > position + 2 ? radix : 10;
    }

    /** End of digits that single underscores may separate; after a prefix an underscore may come first. */
    private int digitsEnd(int from, int radix) {
        int i = from;
        while (i < source.length()) {
            if (isDigit(i, radix)) {
                i++;
            } else if (source.charAt(i) == '_' && isDigit(i + 1, radix) && (i > from || radix != 10)) {
                i += 2;
            } else {
                break;
            }
        }
        return i;
    }

    private boolean isDigit(int i, int radix) {
        return i < source.length() && source.charAt(i) < 128 && Character.digit(source.charAt(i), radix) >= 0;
    }

    /** End of the float that starts here, or -1 where none does. */
    private int floatEnd() {
        int end = digitsEnd(position, 10);
        boolean fraction = end + 1 < source.length() && source.charAt(end) == '.' && isDigit(end + 1, 10);
        if (fraction) {
            end = digitsEnd(end + 1, 10);
        }
        if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
            int digits = end + 1;
            if (digits < source.length() && (source.charAt(digits) == '+' || source.charAt(digits) == '-')) {
                digits++;
            }
            if (isDigit(digits, 10)) {
                return digitsEnd(digits, 10);
            }
        }
        return fraction ? end : -1;
    }
}
