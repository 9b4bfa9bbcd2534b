package dev.llamero.inference.cli;

import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;

/** Tells the line editor that a message goes on while its triple quotes are open. */
final class MessageParser extends DefaultParser {
    private static final String QUOTES = "\"\"\"";

    MessageParser() {
        setQuoteChars(new char[0]);
        setEscapeChars(new char[0]);
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context == ParseContext.ACCEPT_LINE && isOpen(line)) {
            throw new EOFError(-1, -1, "the triple quotes are not closed", QUOTES);
        }
        return super.parse(line, cursor, context);
    }

    /** Quotes count where a message or a value begins, and at the end of a line. */
    private static boolean isOpen(String line) {
        String text = line.strip().replaceFirst("^/set\\s+system\\s+", "");
        return text.startsWith(QUOTES) && !isClosed(text);
    }

    private static boolean isClosed(String text) {
        return text.length() >= 2 * QUOTES.length() && text.endsWith(QUOTES);
    }

    /** The text without its triple quotes, if it has them. */
    static String unquoted(String text) {
        if (!text.startsWith(QUOTES)) {
            return text;
        }
        int end = isClosed(text) ? text.length() - QUOTES.length() : text.length();
        return text.substring(QUOTES.length(), end);
    }
}
