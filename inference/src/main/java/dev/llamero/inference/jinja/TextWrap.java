package dev.llamero.inference.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code textwrap.wrap} for one line of text, as {@code wordwrap} uses it. */
final class TextWrap {
    private static final String SPACE = "[\\t\\n\\x0b\\x0c\\r ]";
    private static final String NO_SPACE = "[^\\t\\n\\x0b\\x0c\\r ]";
    private static final String PUNCTUATED = "[\\w!\"'&.,?]";
    private static final String LETTER = "[^\\d\\W]";
    private static final Pattern WORDS = Pattern.compile(
            SPACE + "+|(?<=" + PUNCTUATED + ")-{2,}(?=\\w)|" + NO_SPACE + "+?(?:-(?:(?<=" + LETTER + "{2}-)|(?<="
                    + LETTER
                    + "-" + LETTER + "-))(?=" + LETTER + "-?" + LETTER + ")|(?=" + SPACE + "|\\Z)|(?<=" + PUNCTUATED
                    + ")(?=-{2,}\\w))",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SIMPLE = Pattern.compile(SPACE + "+|" + NO_SPACE + "+");

    private TextWrap() {}

    /** Python's {@code \w}. */
    static boolean isWord(int c) {
        return c == '_'
                || Character.isLetter(c)
                || switch (Character.getType(c)) {
                    case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
                    default -> false;
                };
    }

    static List<String> wrap(String text, int width, boolean breakWords, boolean breakHyphens) {
        if (width <= 0) {
            throw TemplateException.value("invalid width " + width + " (must be > 0)");
        }
        Deque<String> chunks = new ArrayDeque<>();
        Matcher matcher = (breakHyphens ? WORDS : SIMPLE).matcher(text);
        int position = 0;
        while (matcher.find()) {
            if (matcher.start() > position) {
                chunks.add(text.substring(position, matcher.start()));
            }
            if (matcher.end() > matcher.start()) {
                chunks.add(matcher.group());
            }
            position = matcher.end();
        }
        if (position < text.length()) {
            chunks.add(text.substring(position));
        }
        List<String> lines = new ArrayList<>();
        while (!chunks.isEmpty()) {
            line(chunks, lines, width, breakWords, breakHyphens);
        }
        return lines;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static void line(
            Deque<String> chunks, List<String> lines, int width, boolean breakWords, boolean breakHyphens) {
        if (!lines.isEmpty() && chunks.peek().isBlank()) {
            chunks.poll();
        }
        List<String> line = new ArrayList<>();
        int used = 0;
        while (!chunks.isEmpty() && used + length(chunks.peek()) <= width) {
            used += length(chunks.peek());
            line.add(chunks.poll());
        }
        if (!chunks.isEmpty() && length(chunks.peek()) > width) {
            longWord(chunks, line, width - used, width, breakWords, breakHyphens);
        }
        if (!line.isEmpty() && line.getLast().isBlank()) {
            line.removeLast();
        }
        if (!line.isEmpty()) {
            lines.add(String.join("", line));
        }
    }

    private static void longWord(
            Deque<String> chunks,
            List<String> line,
            int spaceLeft,
            int width,
            boolean breakWords,
            boolean breakHyphens) {
        int room = width < 1 ? 1 : spaceLeft;
        if (breakWords) {
            String chunk = chunks.poll();
            int end = Sequences.offset(chunk, room);
            if (breakHyphens && length(chunk) > room && room > 0) {
                int hyphen = chunk.lastIndexOf('-', end - 1);
                if (hyphen > 0 && chunk.substring(0, hyphen).chars().anyMatch(c -> c != '-')) {
                    end = hyphen + 1;
                }
            }
            line.add(chunk.substring(0, end));
            if (end < chunk.length()) {
                chunks.push(chunk.substring(end));
            }
        } else if (line.isEmpty()) {
            line.add(chunks.poll());
        }
    }
}
