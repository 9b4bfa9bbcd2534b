package dev.llamero.inference.gotemplate;

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

        private static final java.util.Map<String, Kind> KEYWORDS = java.util.Map.ofEntries(
                java.util.Map.entry(".", DOT),
                java.util.Map.entry("block", BLOCK),
                java.util.Map.entry("break", BREAK),
                java.util.Map.entry("continue", CONTINUE),
                java.util.Map.entry("define", DEFINE),
                java.util.Map.entry("else", ELSE),
                java.util.Map.entry("end", END),
                java.util.Map.entry("if", IF),
                java.util.Map.entry("range", RANGE),
                java.util.Map.entry("nil", NIL),
                java.util.Map.entry("template", TEMPLATE),
                java.util.Map.entry("with", WITH));

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
