package dev.llamero.inference.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the first JSON value of a body as Go's {@code encoding/json} does, with its error texts: clients of Ollama see
 * them.
 *
 * <p>Bytes behind the first value are ignored. Used by one thread.
 */
public final class GoJson {
    /** Deepest nesting that is read, as in Go. */
    static final int DEPTH_MAX = 10_000;

    private final byte[] bytes;
    private final ArrayDeque<Container> open = new ArrayDeque<>();
    private int at;

    private GoJson(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An object or array whose end is not read yet: a list of these, since a thread's stack is not as deep. */
    private static final class Container {
        final int start;
        final List<JsonValue.Member> members;
        final List<JsonValue> items = new ArrayList<>();
        String key = "";

        Container(int start, boolean isObject) {
            this.start = start;
            this.members = isObject ? new ArrayList<>() : null;
        }

        boolean isObject() {
            return members != null;
        }

        void add(JsonValue value) {
            if (isObject()) {
                members.add(new JsonValue.Member(key, value));
            } else {
                items.add(value);
            }
        }

        JsonValue closed(int end) {
            return isObject()
                    ? new JsonValue.Obj(List.copyOf(members), start, end)
                    : new JsonValue.Arr(List.copyOf(items), start, end);
        }
    }

    /**
     * The first value in a body.
     *
     * @throws BadJsonException with Go's text; {@link BadJsonException#isEmpty} if there is nothing but space
     */
    public static JsonValue parse(byte[] body) {
        var reader = new GoJson(body);
        reader.skipSpace();
        if (reader.at == body.length) {
            throw BadJsonException.empty();
        }
        return reader.value();
    }

    private JsonValue value() {
        while (true) {
            JsonValue value = begun();
            while (value != null) {
                if (open.isEmpty()) {
                    return value;
                }
                open.getLast().add(value);
                value = closed(open.getLast());
            }
        }
    }

    /** A value that is no container, or an empty one; null if one was opened, up to where its next value begins. */
    private JsonValue begun() {
        skipSpace();
        int start = at;
        byte first = peek();
        return switch (first) {
            case '{', '[' -> opened(first, start);
            case '"' -> new JsonValue.Str(string(), start, at);
            case 't' -> literal("true", new JsonValue.Bool(true, start, start + 4));
            case 'f' -> literal("false", new JsonValue.Bool(false, start, start + 5));
            case 'n' -> literal("null", new JsonValue.Null(start, start + 4));
            default -> {
                if (first != '-' && !isDigit(first)) {
                    throw unexpected(first, "looking for beginning of value");
                }
                yield number(start);
            }
        };
    }

    private JsonValue opened(byte first, int start) {
        if (open.size() == DEPTH_MAX) {
            throw unexpected(first, "exceeded max depth");
        }
        var container = new Container(start, first == '{');
        at++;
        skipSpace();
        if (peek() == (container.isObject() ? '}' : ']')) {
            at++;
            return container.closed(at);
        }
        open.addLast(container);
        key(container);
        return null;
    }

    /** Behind a value inside: the container if it ends here, else null and on to its next value. */
    private JsonValue closed(Container container) {
        skipSpace();
        byte next = peek();
        if (next != ',' && next != (container.isObject() ? '}' : ']')) {
            throw unexpected(next, container.isObject() ? "after object key:value pair" : "after array element");
        }
        at++;
        if (next == ',') {
            key(container);
            return null;
        }
        open.removeLast();
        return container.closed(at);
    }

    private void key(Container container) {
        if (!container.isObject()) {
            return;
        }
        skipSpace();
        if (peek() != '"') {
            throw unexpected(peek(), "looking for beginning of object key string");
        }
        container.key = string();
        skipSpace();
        if (peek() != ':') {
            throw unexpected(peek(), "after object key");
        }
        at++;
    }

    private JsonValue literal(String word, JsonValue value) {
        for (int i = 1; i < word.length(); i++) {
            at++;
            if (peek() != word.charAt(i)) {
                throw unexpected(peek(), "in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
        at++;
        return value;
    }

    private JsonValue number(int start) {
        if (peek() == '-') {
            at++;
            if (!isDigit(peek())) {
                throw unexpected(peek(), "in numeric literal");
            }
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < bytes.length && bytes[at] == '.') {
            at++;
            if (!isDigit(peek())) {
                throw unexpected(peek(), "after decimal point in numeric literal");
            }
            digits();
        }
        if (at < bytes.length && (bytes[at] | 0x20) == 'e') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            if (!isDigit(peek())) {
                throw unexpected(peek(), "in exponent of numeric literal");
            }
            digits();
        }
        return new JsonValue.Num(new String(bytes, start, at - start, StandardCharsets.US_ASCII), start, at);
    }

    private void digits() {
        while (at < bytes.length && isDigit(bytes[at])) {
            at++;
        }
    }

    private String string() {
        int from = ++at;
        while (peek() != '"' && bytes[at] != '\\' && (bytes[at] & 0xff) >= 0x20) {
            at++;
        }
        if (bytes[at] == '"') {
            return GoText.decoded(bytes, from, at++);
        }
        var text = new StringBuilder();
        var run = new ByteArrayOutputStream();
        run.write(bytes, from, at - from);
        while (true) {
            byte next = peek();
            if (next == '"') {
                at++;
                return flush(run, text).toString();
            }
            if ((next & 0xff) < 0x20) {
                throw unexpected(next, "in string literal");
            }
            at++;
            if (next == '\\') {
                escape(flush(run, text));
            } else {
                run.write(next);
            }
        }
    }

    private static StringBuilder flush(ByteArrayOutputStream run, StringBuilder text) {
        text.append(GoText.decoded(run.toByteArray(), 0, run.size()));
        run.reset();
        return text;
    }

    private void escape(StringBuilder text) {
        byte code = peek();
        switch (code) {
            case '"', '\\', '/' -> text.append((char) code);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> {
                appendUnit(text, unit());
                return;
            }
            default -> throw unexpected(code, "in string escape code");
        }
        at++;
    }

    /** Reads the four digits behind a {@code u}. */
    private char unit() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw unexpected(peek(), "in \\u hexadecimal character escape");
            }
            value = value << 4 | digit;
        }
        at++;
        return (char) value;
    }

    /** A surrogate without its partner becomes U+FFFD, as in Go. */
    private void appendUnit(StringBuilder text, char unit) {
        boolean escapeFollows = at + 1 < bytes.length && bytes[at] == '\\' && bytes[at + 1] == 'u';
        if (!Character.isHighSurrogate(unit) || !escapeFollows) {
            text.append(Character.isSurrogate(unit) ? '\uFFFD' : unit);
            return;
        }
        int back = at;
        at++;
        char low = unit();
        if (Character.isLowSurrogate(low)) {
            text.append(unit).append(low);
        } else {
            text.append('\uFFFD');
            at = back;
        }
    }

    private byte peek() {
        if (at >= bytes.length) {
            throw new BadJsonException("unexpected EOF");
        }
        return bytes[at];
    }

    private void skipSpace() {
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }

    private static BadJsonException unexpected(byte value, String where) {
        return new BadJsonException("invalid character " + quote(value & 0xff) + " " + where);
    }

    /** Go quotes the byte as if it were a code point of Latin-1. */
    private static String quote(int value) {
        return switch (value) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            case '\\' -> "'\\\\'";
            case 7 -> "'\\a'";
            case '\b' -> "'\\b'";
            case '\f' -> "'\\f'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case 11 -> "'\\v'";
            default -> {
                if (value < 0x20 || value == 0x7f) {
                    yield "'\\x%02x'".formatted(value);
                }
                boolean printable = value < 0x80 || value > 0xa0 && value != 0xad;
                yield printable ? "'" + (char) value + "'" : "'\\u%04x'".formatted(value);
            }
        };
    }
}
