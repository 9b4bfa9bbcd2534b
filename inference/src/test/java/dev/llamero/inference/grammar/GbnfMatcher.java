package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Says whether a grammar accepts a text: a plain interpreter of the GBNF notation, following all readings at once.
 *
 * <p>Written from the notation's description only, so that a mistake in the converter is not repeated here.
 */
final class GbnfMatcher {
    private final Map<String, Expression> rules = new HashMap<>();
    private String source = "";
    private int at;

    GbnfMatcher(String grammar) {
        for (String line : grammar.split("\n")) {
            int arrow = line.indexOf("::=");
            source = line.substring(arrow + 3);
            at = 0;
            rules.put(line.substring(0, arrow).strip(), alternatives());
            if (at != source.length()) {
                throw new IllegalArgumentException("cannot read \"" + source.substring(at) + "\" in " + line);
            }
        }
    }

    boolean accepts(String text) {
        int[] points = text.codePoints().toArray();
        return new Run(points).ends(new Reference("root"), Set.of(0), 0).contains(points.length);
    }

    private Expression alternatives() {
        var branches = new ArrayList<Expression>();
        branches.add(sequence());
        while (peek() == '|') {
            at++;
            branches.add(sequence());
        }
        return new Choice(branches);
    }

    private Expression sequence() {
        var parts = new ArrayList<Expression>();
        for (int c = peek(); c != -1 && c != '|' && c != ')'; c = peek()) {
            parts.add(repeated(atom()));
        }
        return new Sequence(parts);
    }

    private Expression atom() {
        char c = source.charAt(at);
        if (c == '(') {
            at++;
            Expression inner = alternatives();
            if (peek() != ')') {
                throw new IllegalArgumentException("unclosed group in " + source);
            }
            at++;
            return inner;
        }
        if (c == '"') {
            at++;
            var parts = new ArrayList<Expression>();
            while (source.charAt(at) != '"') {
                int point = character();
                parts.add(new One(x -> x == point));
            }
            at++;
            return new Sequence(parts);
        }
        if (c == '[') {
            return characterClass();
        }
        int start = at;
        while (at < source.length() && Character.isLetterOrDigit(source.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw new IllegalArgumentException("unexpected " + c + " in " + source);
        }
        return new Reference(source.substring(start, at));
    }

    private Expression characterClass() {
        at++;
        boolean negated = source.charAt(at) == '^';
        at += negated ? 1 : 0;
        IntPredicate any = x -> false;
        while (source.charAt(at) != ']') {
            int from = character();
            int to = from;
            if (source.charAt(at) == '-' && source.charAt(at + 1) != ']') {
                at++;
                to = character();
            }
            int last = to;
            any = any.or(x -> x >= from && x <= last);
        }
        at++;
        return new One(negated ? any.negate() : any);
    }

    private int character() {
        int point = source.codePointAt(at);
        at += Character.charCount(point);
        if (point != '\\') {
            return point;
        }
        char kind = source.charAt(at++);
        int digits = switch (kind) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
        };
        if (digits == 0) {
            return kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind;
        }
        at += digits;
        return Integer.parseInt(source.substring(at - digits, at), 16);
    }

    private Expression repeated(Expression inner) {
        if (at == source.length()) {
            return inner;
        }
        switch (source.charAt(at)) {
            case '*' -> {
                at++;
                return new Repeat(inner, 0, Integer.MAX_VALUE);
            }
            case '?' -> {
                at++;
                return new Repeat(inner, 0, 1);
            }
            case '{' -> {
                int close = source.indexOf('}', at);
                String[] bounds = source.substring(at + 1, close).split(",", -1);
                at = close + 1;
                int from = Integer.parseInt(bounds[0]);
                if (bounds.length == 1) {
                    return new Repeat(inner, from, from);
                }
                return new Repeat(inner, from, bounds[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(bounds[1]));
            }
            default -> {
                return inner;
            }
        }
    }

    private int peek() {
        while (at < source.length() && source.charAt(at) == ' ') {
            at++;
        }
        return at < source.length() ? source.charAt(at) : -1;
    }

    private sealed interface Expression {}

    private record Choice(List<Expression> branches) implements Expression {}

    private record Sequence(List<Expression> parts) implements Expression {}

    private record Repeat(Expression inner, int from, int to) implements Expression {}

    private record One(IntPredicate matches) implements Expression {}

    private record Reference(String name) implements Expression {}

    /**
     * A random text of the grammar; the deeper it gets, the shorter the ways it takes. Null if every text is endless.
     */
    String sample(Random random) {
        if (costs.isEmpty()) {
            rules.keySet().forEach(name -> costs.put(name, COST_MAX));
            for (boolean changed = true; changed; ) {
                changed = false;
                for (var rule : rules.entrySet()) {
                    int cost = cost(rule.getValue());
                    changed |= cost < costs.put(rule.getKey(), cost);
                }
            }
        }
        if (cost(rules.get("root")) >= COST_MAX) {
            return null;
        }
        var text = new StringBuilder();
        sample(rules.get("root"), random, 0, text);
        return text.toString();
    }

    private final Map<String, Integer> costs = new HashMap<>();
    private static final int COST_MAX = 1_000_000;

    private int cost(Expression expression) {
        return switch (expression) {
            case One _ -> 1;
            case Reference reference -> Math.min(COST_MAX, costs.get(reference.name()) + 1);
            case Choice choice ->
                choice.branches().stream().mapToInt(this::cost).min().orElse(COST_MAX);
            case Sequence sequence ->
                (int) Math.min(
                        COST_MAX,
                        sequence.parts().stream().mapToLong(this::cost).sum());
            case Repeat repeat -> (int) Math.min(COST_MAX, (long) repeat.from() * cost(repeat.inner()));
        };
    }

    private void sample(Expression expression, Random random, int depth, StringBuilder text) {
        switch (expression) {
            case One one -> text.appendCodePoint(character(one, random));
            case Reference reference -> sample(rules.get(reference.name()), random, depth + 1, text);
            case Sequence sequence -> sequence.parts().forEach(part -> sample(part, random, depth + 1, text));
            case Choice choice -> {
                List<Expression> possible = choice.branches().stream()
                        .filter(branch -> cost(branch) < COST_MAX)
                        .toList();
                Expression branch = depth > 40
                        ? possible.stream()
                                .min(java.util.Comparator.comparingInt(this::cost))
                                .orElseThrow()
                        : possible.get(random.nextInt(possible.size()));
                sample(branch, random, depth + 1, text);
            }
            case Repeat repeat -> {
                int more = depth > 40 || cost(repeat.inner()) >= COST_MAX ? 0 : random.nextInt(4);
                int count = (int) Math.min((long) repeat.from() + more, repeat.to());
                for (int i = 0; i < count; i++) {
                    sample(repeat.inner(), random, depth + 1, text);
                }
            }
        }
    }

    private static int character(One one, Random random) {
        for (int limit : new int[] {0x80, 0x80, 0x800, 0x10000}) {
            for (int i = 0; i < 100; i++) {
                int point = random.nextInt(limit);
                boolean surrogate = point >= 0xD800 && point <= 0xDFFF;
                if (!surrogate && one.matches().test(point)) {
                    return point;
                }
            }
        }
        for (int point = 0; point <= 0x10FFFF; point++) {
            if (one.matches().test(point)) {
                return point;
            }
        }
        throw new AssertionError("a class of no character");
    }

    /** One match: for an expression and where it may begin, all places where it may end. */
    private final class Run {
        private final int[] text;

        Run(int[] text) {
            this.text = text;
        }

        Set<Integer> ends(Expression expression, Set<Integer> starts, int depth) {
            if (depth > 2_000) {
                throw new IllegalArgumentException("the grammar is left-recursive");
            }
            return switch (expression) {
                case One one -> {
                    var ends = new HashSet<Integer>();
                    starts.stream()
                            .filter(i -> i < text.length && one.matches().test(text[i]))
                            .forEach(i -> ends.add(i + 1));
                    yield ends;
                }
                case Reference reference -> {
                    if (!rules.containsKey(reference.name())) {
                        throw new IllegalArgumentException("undefined rule " + reference.name());
                    }
                    yield starts.isEmpty() ? Set.of() : ends(rules.get(reference.name()), starts, depth + 1);
                }
                case Choice choice -> {
                    var ends = new HashSet<Integer>();
                    choice.branches().forEach(branch -> ends.addAll(ends(branch, starts, depth + 1)));
                    yield ends;
                }
                case Sequence sequence -> {
                    Set<Integer> reached = starts;
                    for (Expression part : sequence.parts()) {
                        reached = reached.isEmpty() ? reached : ends(part, reached, depth + 1);
                    }
                    yield reached;
                }
                case Repeat repeat -> {
                    var all = new HashSet<Integer>(repeat.from() == 0 ? starts : Set.of());
                    Set<Integer> reached = starts;
                    for (int i = 1; i <= repeat.to() && !reached.isEmpty(); i++) {
                        reached = ends(repeat.inner(), reached, depth + 1);
                        if (i >= repeat.from() && !all.addAll(reached)) {
                            break;
                        }
                    }
                    yield all;
                }
            };
        }
    }
}
