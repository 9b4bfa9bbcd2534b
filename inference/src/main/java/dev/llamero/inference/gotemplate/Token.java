package dev.llamero.inference.gotemplate;

import java.util.Map;

/**
 * A token of a template.
 *
 * @param position byte at which it begins
 * @param line line of its begin, from 1
 */
record Token(Kind kind, int position, String text, int line) {

    /** Kinds of tokens; those from {@link #BLOCK} on are keywords. */
    enum Kind {
        ERROR,
        BOOL,
        CHAR,
        CHAR_CONSTANT,
        COMPLEX,
        ASSIGN,
        DECLARE,
        EOF,
        FIELD,
        IDENTIFIER,
        LEFT_DELIMITER,
        LEFT_PAREN,
        NUMBER,
        PIPE,
        RAW_STRING,
        RIGHT_DELIMITER,
        RIGHT_PAREN,
        SPACE,
        STRING,
        TEXT,
        VARIABLE,
        BLOCK,
        BREAK,
        CONTINUE,
        DOT,
        DEFINE,
        ELSE,
        END,
        IF,
        NIL,
        RANGE,
        TEMPLATE,
        WITH;

        private static final Map<String, Kind> KEYWORDS = Map.ofEntries(
                Map.entry(".", DOT),
                Map.entry("block", BLOCK),
                Map.entry("break", BREAK),
                Map.entry("continue", CONTINUE),
                Map.entry("define", DEFINE),
                Map.entry("else", ELSE),
                Map.entry("end", END),
                Map.entry("if", IF),
                Map.entry("range", RANGE),
                Map.entry("nil", NIL),
                Map.entry("template", TEMPLATE),
                Map.entry("with", WITH));

        /** The kind of a word. */
        static Kind ofWord(String word) {
            if (word.equals("true") || word.equals("false")) {
                return BOOL;
            }
            return KEYWORDS.getOrDefault(word, IDENTIFIER);
        }
    }

    /** How an error text names it. */
    String description() {
        if (kind == Kind.EOF) {
            return "EOF";
        }
        if (kind == Kind.ERROR) {
            return text;
        }
        if (kind.compareTo(Kind.BLOCK) >= 0) {
            return "<" + text + ">";
        }
        return text.length() > 10 ? Quote.string(GoString.firstRunes(text, 10)) + "..." : Quote.string(text);
    }
}
