package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Token.Kind;

/** Cuts a template into tokens, as Go's lexer does; an error is a token. Used by one thread. */
final class Lexer {
    private static final int EOF = -1;
    private static final int MARKER_LENGTH = 2;

    private String input;
    private int position;
    private int start;
    private int line = 1;
    private int startLine = 1;
    private int parens;
    private boolean insideAction;
    private boolean atEnd;

    Lexer(String input) {
        this.input = input;
    }

    Token next() {
        return insideAction ? insideAction() : text();
    }

    // Input.

    private int read() {
        if (position >= input.length()) {
            atEnd = true;
            return EOF;
        }
        int rune = GoString.rune(input, position);
        position += GoString.width(input, position);
        if (rune == '\n') {
            line++;
        }
        return rune;
    }

    private int peek() {
        return position < input.length() ? GoString.rune(input, position) : EOF;
    }

    private void unread(int rune) {
        if (!atEnd) {
            position -= rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
            if (rune == '\n') {
                line--;
            }
        }
    }

    private boolean accept(String valid) {
        int rune = peek();
        if (rune >= 0 && rune < 0x80 && valid.indexOf(rune) >= 0) {
            read();
            return true;
        }
        return false;
    }

    private void acceptRun(String valid) {
        boolean more = true;
        while (more) {
            more = accept(valid);
        }
    }

    private Token emit(Kind kind) {
        var token = new Token(kind, start, input.substring(start, position), startLine);
        start = position;
        startLine = line;
        return token;
    }

    private void ignore() {
        countLines();
        start = position;
        startLine = line;
    }

    private void countLines() {
        for (int i = start; i < position; i++) {
            if (input.charAt(i) == '\n') {
                line++;
            }
        }
    }

    private Token error(String message) {
        var token = new Token(Kind.ERROR, start, message, startLine);
        input = "";
        start = 0;
        position = 0;
        return token;
    }

    // Outside of actions.

    private Token text() {
        while (true) {
            int open = input.indexOf("{{", position);
            if (open < 0) {
                position = input.length();
                countLines();
                return emit(position > start ? Kind.TEXT : Kind.EOF);
            }
            if (open > position) {
                Token token = textBefore(open);
                if (!token.text().isEmpty()) {
                    return token;
                }
            }
            Token token = leftDelimiter();
            if (token != null) {
                return token;
            }
        }
    }

    private Token textBefore(int open) {
        int end = open;
        if (leftMarker(open + 2)) {
            while (end > start && GoString.isSpace(input.charAt(end - 1))) {
                end--;
            }
        }
        position = end;
        countLines();
        Token token = emit(Kind.TEXT);
        position = open;
        ignore();
        return token;
    }

    private boolean leftMarker(int at) {
        return at + 1 < input.length() && input.charAt(at) == '-' && GoString.isSpace(input.charAt(at + 1));
    }

    private boolean rightMarker(int at) {
        return at + 1 < input.length() && GoString.isSpace(input.charAt(at)) && input.charAt(at + 1) == '-';
    }

    private boolean trimmingRightDelimiter(int at) {
        return rightMarker(at) && input.startsWith("}}", at + MARKER_LENGTH);
    }

    /** Null for a comment, which is left out. */
    private Token leftDelimiter() {
        position += 2;
        int marker = leftMarker(position) ? MARKER_LENGTH : 0;
        if (input.startsWith("/*", position + marker)) {
            position += marker;
            ignore();
            return comment();
        }
        Token token = emit(Kind.LEFT_DELIMITER);
        insideAction = true;
        position += marker;
        ignore();
        parens = 0;
        return token;
    }

    private Token comment() {
        int close = input.indexOf("*/", position + 2);
        if (close < 0) {
            position += 2;
            return error("unclosed comment");
        }
        position = close + 2;
        boolean trims = trimmingRightDelimiter(position);
        if (!trims && !input.startsWith("}}", position)) {
            return error("comment ends before closing delimiter");
        }
        countLines();
        emit(Kind.TEXT);
        position += trims ? MARKER_LENGTH + 2 : 2;
        if (trims) {
            skipSpace();
        }
        ignore();
        return null;
    }

    private void skipSpace() {
        while (position < input.length() && GoString.isSpace(input.charAt(position))) {
            position++;
        }
    }

    // Inside of actions.

    private Token rightDelimiter() {
        boolean trims = trimmingRightDelimiter(position);
        if (trims) {
            position += MARKER_LENGTH;
            ignore();
        }
        position += 2;
        Token token = emit(Kind.RIGHT_DELIMITER);
        if (trims) {
            skipSpace();
            ignore();
        }
        insideAction = false;
        return token;
    }

    private Token insideAction() {
        if (trimmingRightDelimiter(position) || input.startsWith("}}", position)) {
            return parens == 0 ? rightDelimiter() : error("unclosed left paren");
        }
        int rune = read();
        return switch (rune) {
            case EOF -> error("unclosed action");
            case ' ', '\t', '\r', '\n' -> {
                unread(rune);
                yield space();
            }
            case '=' -> emit(Kind.ASSIGN);
            case ':' -> read() == '=' ? emit(Kind.DECLARE) : error("expected :=");
            case '|' -> emit(Kind.PIPE);
            case '"' -> quoted('"', Kind.STRING, "unterminated quoted string");
            case '`' -> rawString();
            case '$' -> name(Kind.VARIABLE, Kind.VARIABLE);
            case '\'' -> quoted('\'', Kind.CHAR_CONSTANT, "unterminated character constant");
            case '(' -> {
                parens++;
                yield emit(Kind.LEFT_PAREN);
            }
            case ')' -> --parens < 0 ? error("unexpected right paren") : emit(Kind.RIGHT_PAREN);
            default -> wordOrNumber(rune);
        };
    }

    private Token wordOrNumber(int rune) {
        if (rune == '.' && position < input.length()) {
            char after = input.charAt(position);
            if (after < '0' || after > '9') {
                return name(Kind.FIELD, Kind.DOT);
            }
        }
        if (rune == '.' || rune == '+' || rune == '-' || rune >= '0' && rune <= '9') {
            unread(rune);
            return number();
        }
        if (GoString.isAlphaNumeric(rune)) {
            unread(rune);
            return identifier();
        }
        return rune < 0x7F && rune >= ' '
                ? emit(Kind.CHAR)
                : error("unrecognized character in action: " + Printer.unicode(rune));
    }

    private Token space() {
        int spaces = 0;
        while (GoString.isSpace(peek())) {
            read();
            spaces++;
        }
        // The last space may belong to a trim marker, " -}}".
        if (trimmingRightDelimiter(position - 1)) {
            unread(input.charAt(position - 1));
            if (spaces == 1) {
                return rightDelimiter();
            }
        }
        return emit(Kind.SPACE);
    }

    private Token identifier() {
        while (GoString.isAlphaNumeric(peek())) {
            read();
        }
        if (!atTerminator()) {
            return error("bad character " + Printer.unicode(peek()));
        }
        return emit(Kind.ofWord(input.substring(start, position)));
    }

    private Token name(Kind kind, Kind bare) {
        if (atTerminator()) {
            return emit(bare);
        }
        while (GoString.isAlphaNumeric(peek())) {
            read();
        }
        return atTerminator() ? emit(kind) : error("bad character " + Printer.unicode(peek()));
    }

    private boolean atTerminator() {
        int rune = peek();
        return rune == EOF
                || GoString.isSpace(rune)
                || rune < 0x80 && ".,|:)(".indexOf(rune) >= 0
                || input.startsWith("}}", position);
    }

    private Token quoted(char quote, Kind kind, String unterminated) {
        while (true) {
            int rune = read();
            if (rune == '\\') {
                rune = read();
                if (rune == EOF || rune == '\n') {
                    return error(unterminated);
                }
            } else if (rune == EOF || rune == '\n') {
                return error(unterminated);
            } else if (rune == quote) {
                return emit(kind);
            }
        }
    }

    private Token rawString() {
        int rune = read();
        while (rune != '`') {
            if (rune == EOF) {
                return error("unterminated raw quoted string");
            }
            rune = read();
        }
        return emit(Kind.RAW_STRING);
    }

    private Token number() {
        if (!scanNumber()) {
            return badNumber();
        }
        int sign = peek();
        if (sign == '+' || sign == '-') {
            return scanNumber() && input.charAt(position - 1) == 'i' ? emit(Kind.COMPLEX) : badNumber();
        }
        return emit(Kind.NUMBER);
    }

    private Token badNumber() {
        return error("bad number syntax: " + Quote.string(input.substring(start, position)));
    }

    private boolean scanNumber() {
        accept("+-");
        String digits = "0123456789_";
        if (accept("0")) {
            if (accept("xX")) {
                digits = "0123456789abcdefABCDEF_";
            } else if (accept("oO")) {
                digits = "01234567_";
            } else if (accept("bB")) {
                digits = "01_";
            }
        }
        acceptRun(digits);
        if (accept(".")) {
            acceptRun(digits);
        }
        boolean exponent = digits.length() == 11 && accept("eE") || digits.length() == 23 && accept("pP");
        if (exponent) {
            accept("+-");
            acceptRun("0123456789_");
        }
        accept("i");
        if (GoString.isAlphaNumeric(peek())) {
            read();
            return false;
        }
        return true;
    }
}
