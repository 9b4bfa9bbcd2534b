package dev.llamero.models.modelfile;

/**
 * Text in the making that knows where it begins and ends without the space around it, so that asking whether its quotes
 * are closed costs nothing, however often it is asked.
 */
final class TrimmedText {
    private static final String TRIPLE = "\"\"\"";

    private final StringBuilder text = new StringBuilder();
    /** Of the first character that is no space; -1 as long as there is none. */
    private int start = -1;
    /** Behind the last character that is no space. */
    private int end;

    void append(int c) {
        int at = text.length();
        text.appendCodePoint(c);
        if (!isGoSpace(c)) {
            start = start < 0 ? at : start;
            end = text.length();
        }
    }

    /** Appends what has a glyph. */
    void appendPrintable(int c) {
        if (isPrintable(c)) {
            append(c);
        }
    }

    void clear() {
        text.setLength(0);
        start = -1;
        end = 0;
    }

    String all() {
        return text.toString();
    }

    /** Whether each quote that opens the text also closes it. */
    boolean isWhole() {
        int length = length();
        if (startsWith(TRIPLE)) {
            return length >= 6 && text.indexOf(TRIPLE, end - 3) == end - 3;
        }
        return !startsWith("\"") || length >= 2 && text.charAt(end - 1) == '"';
    }

    /** The text without outer space and quotes, if it is whole. */
    String unquoted() {
        if (start < 0) {
            return "";
        }
        int quotes = startsWith(TRIPLE) ? 3 : startsWith("\"") ? 1 : 0;
        return text.substring(start + quotes, end - quotes);
    }

    private int length() {
        return start < 0 ? 0 : end - start;
    }

    private boolean startsWith(String quotes) {
        return length() >= quotes.length() && text.indexOf(quotes, start) == start;
    }

    /** What Go's {@code strings.TrimSpace} takes off. */
    private static boolean isGoSpace(int c) {
        return c >= '\t' && c <= '\r' || c == ' ' || c == 0x85 || c == 0xa0 || c >= 0x80 && Character.isSpaceChar(c);
    }

    /** What Go's {@code strconv.IsPrint} takes: letters, marks, numbers, punctuation, symbols, and the plain space. */
    private static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.UNASSIGNED,
                            Character.SPACE_SEPARATOR,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.CONTROL,
                            Character.FORMAT,
                            Character.PRIVATE_USE,
                            Character.SURROGATE -> false;
                    default -> true;
                };
    }
}
