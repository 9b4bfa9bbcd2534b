package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the part of ECMAScript's regular expressions that a grammar can keep: characters, classes, groups, choices,
 * repetitions, and anchors at the ends. A pattern without anchors may match anywhere in a text, as JSON schema has it.
 * One per pattern.
 *
 * @see <a href="https://json-schema.org/draft/2020-12/json-schema-core#section-6.4">JSON Schema, regular
 *     expressions</a>
 */
final class PatternReader {
    private static final int LENGTH_MAX = 4_096;
    private static final int DEPTH_MAX = 32;
    private static final int REPETITIONS_MAX = 1_000;
    /** Characters that a pattern may expand to in a grammar. */
    private static final int SIZE_MAX = 20_000;

    private static final Pattern ANYTHING =
            new Pattern.Repeat(new Pattern.One(CodePoints.of(0, CodePoints.LAST)), 0, Pattern.ENDLESS);

    private final String source;
    private final String place;
    private final String keyword;
    private int at;

    private PatternReader(String source, String place, String keyword) {
        this.source = source;
        this.place = place;
        this.keyword = keyword;
    }

    /**
     * The pattern of whole strings.
     *
     * @throws SchemaException if it is malformed, too large, or says something that a grammar cannot keep
     */
    static Pattern read(String source, String place, String keyword) {
        var reader = new PatternReader(source, place, keyword);
        if (source.length() > LENGTH_MAX) {
            throw reader.refused("is longer than " + LENGTH_MAX + " characters");
        }
        var branches = new ArrayList<Pattern>();
        do {
            branches.add(reader.whole());
        } while (reader.take('|'));
        if (reader.at < source.length()) {
            throw reader.refused("has an unmatched )");
        }
        Pattern pattern = branches.size() == 1 ? branches.getFirst() : new Pattern.Choice(branches);
        if (size(pattern) > SIZE_MAX) {
            throw reader.refused("repeats too much");
        }
        return pattern;
    }

    private static long size(Pattern pattern) {
        return switch (pattern) {
            case Pattern.One one -> 1 + one.points().ranges().size();
            case Pattern.Sequence sequence ->
                1 + sequence.parts().stream().mapToLong(PatternReader::size).sum();
            case Pattern.Choice choice ->
                1 + choice.branches().stream().mapToLong(PatternReader::size).sum();
            case Pattern.Repeat repeat ->
                Math.max(1, repeat.to() == Pattern.ENDLESS ? repeat.from() : repeat.to()) + size(repeat.inner());
        };
    }

    private SchemaException refused(String problem) {
        return new SchemaException(place, "\"" + keyword + "\" " + source + " " + problem);
    }

    /** One branch of the outermost choice, with its anchors. */
    private Pattern whole() {
        boolean start = take('^');
        List<Pattern> parts = parts(0);
        boolean end = take('$');
        if (at < source.length() && peek() != '|' && peek() != ')') {
            throw refused("has an anchor in its middle, which is not supported");
        }
        if (start && end && parts.size() == 1) {
            return parts.getFirst();
        }
        if (!start) {
            parts.addFirst(ANYTHING);
        }
        if (!end) {
            parts.addLast(ANYTHING);
        }
        return new Pattern.Sequence(parts);
    }

    private List<Pattern> parts(int depth) {
        if (depth > DEPTH_MAX) {
            throw refused("nests groups deeper than " + DEPTH_MAX);
        }
        var parts = new ArrayList<Pattern>();
        while (at < source.length() && "|)$".indexOf(peek()) < 0) {
            parts.add(repeated(part(depth)));
        }
        return parts;
    }

    private Pattern part(int depth) {
        char c = source.charAt(at);
        switch (c) {
            case '(' -> {
                return group(depth);
            }
            case '[' -> {
                return new Pattern.One(characterClass());
            }
            case '.' -> {
                at++;
                return new Pattern.One(CodePoints.NOT_LINE_END);
            }
            case '\\' -> {
                return new Pattern.One(escape());
            }
            case '*', '+', '?' -> throw refused("repeats nothing with " + c);
            case '^' -> throw refused("has an anchor in its middle, which is not supported");
            default -> {
                return new Pattern.One(single(point()));
            }
        }
    }

    private Pattern group(int depth) {
        at++;
        if (take('?')) {
            boolean plain = take(':');
            boolean named = !plain && take('<') && at < source.length() && "=!".indexOf(peek()) < 0;
            if (!plain && !named) {
                throw refused("looks around or sets flags, which is not supported");
            }
            at = named ? source.indexOf('>', at) + 1 : at;
            if (at == 0) {
                throw refused("has a group without an end");
            }
        }
        var branches = new ArrayList<Pattern>();
        do {
            branches.add(new Pattern.Sequence(parts(depth + 1)));
        } while (take('|'));
        if (!take(')')) {
            throw refused(
                    at < source.length()
                            ? "has an anchor in a group, which is not supported"
                            : "has a group without an end");
        }
        return branches.size() == 1 ? branches.getFirst() : new Pattern.Choice(branches);
    }

    private Pattern repeated(Pattern inner) {
        int from;
        int to;
        if (take('*')) {
            from = 0;
            to = Pattern.ENDLESS;
        } else if (take('+')) {
            from = 1;
            to = Pattern.ENDLESS;
        } else if (take('?')) {
            from = 0;
            to = 1;
        } else if (at < source.length() && peek() == '{') {
            int end = source.indexOf('}', at);
            String[] bounds =
                    source.substring(at + 1, end < 0 ? source.length() : end).split(",", -1);
            from = count(bounds[0]);
            to = bounds.length == 1 ? from : bounds[1].isEmpty() ? Pattern.ENDLESS : count(bounds[1]);
            if (end < 0 || bounds.length > 2 || from > to) {
                throw refused("has a repetition that is not valid");
            }
            at = end + 1;
        } else {
            return inner;
        }
        // A lazy repetition matches the same texts.
        take('?');
        if (at < source.length() && "*+{".indexOf(peek()) >= 0) {
            throw refused("repeats a repetition");
        }
        return new Pattern.Repeat(inner, from, to);
    }

    private int count(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > REPETITIONS_MAX) {
            throw refused("repeats more than " + REPETITIONS_MAX + " times, or not a number of times");
        }
        return Integer.parseInt(text);
    }

    private CodePoints characterClass() {
        at++;
        boolean negated = take('^');
        CodePoints all = new CodePoints(List.of());
        while (!take(']')) {
            if (at >= source.length()) {
                throw refused("has a class without an end");
            }
            CodePoints item = peek() == '\\' ? escape() : single(point());
            if (isSingle(item) && at + 1 < source.length() && peek() == '-' && source.charAt(at + 1) != ']') {
                at++;
                CodePoints last = peek() == '\\' ? escape() : single(point());
                if (!isSingle(last)
                        || last.ranges().getFirst().from()
                                < item.ranges().getFirst().from()) {
                    throw refused("has a range that is not valid");
                }
                item = CodePoints.of(
                        item.ranges().getFirst().from(),
                        last.ranges().getFirst().to());
            }
            all = all.or(item);
        }
        CodePoints points = negated ? all.complement() : all;
        if (points.isEmpty()) {
            throw refused("has an empty class, which nothing matches");
        }
        return points;
    }

    private static boolean isSingle(CodePoints points) {
        return points.ranges().size() == 1
                && points.ranges().getFirst().from()
                        == points.ranges().getFirst().to();
    }

    private static CodePoints single(int point) {
        return CodePoints.of(point, point);
    }

    private CodePoints escape() {
        at++;
        if (at >= source.length()) {
            throw refused("ends with a backslash");
        }
        char c = source.charAt(at++);
        return switch (c) {
            case 'd' -> CodePoints.DIGITS;
            case 'D' -> CodePoints.DIGITS.complement();
            case 'w' -> CodePoints.WORD;
            case 'W' -> CodePoints.WORD.complement();
            case 's' -> CodePoints.SPACE;
            case 'S' -> CodePoints.SPACE.complement();
            case 'n' -> single('\n');
            case 'r' -> single('\r');
            case 't' -> single('\t');
            case 'f' -> single('\f');
            case 'v' -> single(0x0B);
            case '0' -> single(0);
            case 'x' -> single(hex(2));
            case 'u' -> single(hex(4));
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw refused("uses \\" + c + ", which is not supported");
                }
                at--;
                yield single(point());
            }
        };
    }

    private int hex(int digits) {
        boolean braces = digits == 4 && take('{');
        int end = braces ? source.indexOf('}', at) : at + digits;
        String text = end < at || end > source.length() ? "" : source.substring(at, end);
        if (!text.matches("[0-9a-fA-F]{1,6}") || Integer.parseInt(text, 16) > CodePoints.LAST) {
            throw refused("has an escaped character that is not valid");
        }
        int point = Integer.parseInt(text, 16);
        if (point >= 0xD800 && point <= 0xDFFF) {
            throw refused("names half a character");
        }
        at = end + (braces ? 1 : 0);
        return point;
    }

    private int point() {
        int point = source.codePointAt(at);
        at += Character.charCount(point);
        return point;
    }

    private char peek() {
        return source.charAt(at);
    }

    private boolean take(char c) {
        boolean there = at < source.length() && source.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }
}
