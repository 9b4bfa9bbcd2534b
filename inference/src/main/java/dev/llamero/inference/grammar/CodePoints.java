package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of Unicode characters as ranges in order, without surrogates. Immutable. */
record CodePoints(List<Range> ranges) {
    static final int LAST = 0x10FFFF;
    static final CodePoints DIGITS = of('0', '9');
    static final CodePoints WORD =
            of('0', '9').or(of('A', 'Z')).or(of('_', '_')).or(of('a', 'z'));
    static final CodePoints SPACE = of('\t', '\r')
            .or(of(' ', ' '))
            .or(of(0xA0, 0xA0))
            .or(of(0x2000, 0x200A))
            .or(of(0x2028, 0x2029));
    /** Of a dot in a regular expression. */
    static final CodePoints NOT_LINE_END =
            of('\n', '\n').or(of('\r', '\r')).or(of(0x2028, 0x2029)).complement();

    private static final CodePoints PLAIN =
            of(0x20, LAST).without(of('"', '"').or(of('\\', '\\')).or(of(0x7F, 0x7F)));

    /** Both ends belong to it. */
    record Range(int from, int to) {}

    static CodePoints of(int from, int to) {
        return new CodePoints(List.of(new Range(from, to)));
    }

    CodePoints or(CodePoints other) {
        var all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        all.sort(Comparator.comparingInt(Range::from));
        var joined = new ArrayList<Range>();
        for (Range range : all) {
            Range last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && range.from() <= last.to() + 1) {
                joined.set(joined.size() - 1, new Range(last.from(), Math.max(last.to(), range.to())));
            } else {
                joined.add(range);
            }
        }
        return new CodePoints(joined);
    }

    CodePoints complement() {
        var others = new ArrayList<Range>();
        int from = 0;
        for (Range range : ranges) {
            if (range.from() > from) {
                others.add(new Range(from, range.from() - 1));
            }
            from = range.to() + 1;
        }
        if (from <= LAST) {
            others.add(new Range(from, LAST));
        }
        return new CodePoints(others);
    }

    private CodePoints without(CodePoints other) {
        return complement().or(other).complement();
    }

    boolean contains(int point) {
        return ranges.stream().anyMatch(range -> point >= range.from() && point <= range.to());
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** GBNF for one of these characters within a JSON string, each in its one usual spelling. */
    String grammar() {
        var alternatives = new ArrayList<String>();
        CodePoints plain = without(PLAIN.complement()).without(of(0xD800, 0xDFFF));
        if (!plain.isEmpty()) {
            var text = new StringBuilder("[");
            for (Range range : plain.ranges) {
                text.append(escaped(range.from()));
                if (range.to() > range.from()) {
                    text.append('-').append(escaped(range.to()));
                }
            }
            alternatives.add(text.append(']').toString());
        }
        for (int c = 0; c <= 0x7F; c++) {
            if (contains(c) && !PLAIN.contains(c)) {
                alternatives.add(Rules.literal(spelling(c)));
            }
        }
        return alternatives.size() == 1 ? alternatives.getFirst() : "(" + String.join(" | ", alternatives) + ")";
    }

    private static String escaped(int point) {
        boolean alphanumeric = point < 0x80 && Character.isLetterOrDigit(point);
        return alphanumeric ? Character.toString(point) : "\\U%08X".formatted(point);
    }

    /** How a character that may not stand for itself is written in JSON. */
    private static String spelling(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> "\\u%04x".formatted(c);
        };
    }
}
