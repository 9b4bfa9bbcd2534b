package dev.llamero.inference.grammar;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A regular expression that was read: what it matches, how long that is, and its grammar. Immutable. */
sealed interface Pattern {
    /** Stands for no bound. */
    int ENDLESS = Integer.MAX_VALUE;

    /** One of these characters. */
    record One(CodePoints points) implements Pattern {}

    /** All of these in order; none for the empty text. */
    record Sequence(List<Pattern> parts) implements Pattern {}

    record Choice(List<Pattern> branches) implements Pattern {}

    /** @param to {@link #ENDLESS} for no bound */
    record Repeat(Pattern inner, int from, int to) implements Pattern {}

    /** Fewest characters of a match. */
    default int lengthMin() {
        return switch (this) {
            case One _ -> 1;
            case Sequence sequence ->
                sequence.parts.stream().mapToInt(Pattern::lengthMin).reduce(0, Pattern::sum);
            case Choice choice ->
                choice.branches.stream().mapToInt(Pattern::lengthMin).min().orElse(0);
            case Repeat repeat -> times(repeat.inner.lengthMin(), repeat.from);
        };
    }

    /** Most characters of a match. */
    default int lengthMax() {
        return switch (this) {
            case One _ -> 1;
            case Sequence sequence ->
                sequence.parts.stream().mapToInt(Pattern::lengthMax).reduce(0, Pattern::sum);
            case Choice choice ->
                choice.branches.stream().mapToInt(Pattern::lengthMax).max().orElse(0);
            case Repeat repeat -> times(repeat.inner.lengthMax(), repeat.to);
        };
    }

    private static int sum(int a, int b) {
        return (int) Math.min((long) a + b, ENDLESS);
    }

    private static int times(int length, int count) {
        return length == 0 ? 0 : (int) Math.min((long) length * count, ENDLESS);
    }

    /** The same matches, but for those whose length is out of bounds; null if that cannot be said. */
    default Pattern ofLength(int least, int most) {
        if (lengthMin() >= least && lengthMax() <= most) {
            return this;
        }
        if (this instanceof Repeat(One one, int from, int to) && from <= most && to >= least) {
            return new Repeat(one, Math.max(from, least), Math.min(to, most));
        }
        if (this instanceof Sequence(List<Pattern> parts) && parts.size() == 1) {
            return parts.getFirst().ofLength(least, most);
        }
        return null;
    }

    /** GBNF for the matches within a JSON string. */
    default String grammar() {
        return switch (this) {
            case One one -> one.points.grammar();
            case Sequence sequence ->
                sequence.parts.isEmpty()
                        ? "\"\""
                        : sequence.parts.stream().map(Pattern::grammar).collect(Collectors.joining(" ", "(", ")"));
            case Choice choice ->
                choice.branches.stream().map(Pattern::grammar).collect(Collectors.joining(" | ", "(", ")"));
            case Repeat repeat ->
                "(" + repeat.inner.grammar() + "){" + repeat.from + "," + (repeat.to == ENDLESS ? "" : repeat.to) + "}";
        };
    }

    /** Whether the whole text is a match. */
    default boolean matches(String text) {
        int[] points = text.codePoints().toArray();
        return ends(points, Set.of(0)).contains(points.length);
    }

    /** From where a match may begin, all places where it may end. */
    private Set<Integer> ends(int[] text, Set<Integer> starts) {
        return switch (this) {
            case One one ->
                starts.stream()
                        .filter(at -> at < text.length && one.points.contains(text[at]))
                        .map(at -> at + 1)
                        .collect(Collectors.toSet());
            case Sequence sequence -> {
                Set<Integer> reached = starts;
                for (Pattern part : sequence.parts) {
                    reached = part.ends(text, reached);
                }
                yield reached;
            }
            case Choice choice ->
                choice.branches.stream()
                        .flatMap(branch -> branch.ends(text, starts).stream())
                        .collect(Collectors.toSet());
            case Repeat repeat -> {
                var all = new HashSet<Integer>(repeat.from == 0 ? starts : Set.of());
                Set<Integer> reached = starts;
                for (int i = 1; i <= repeat.to && !reached.isEmpty(); i++) {
                    reached = repeat.inner.ends(text, reached);
                    if (i >= repeat.from && !all.addAll(reached)) {
                        break;
                    }
                }
                yield all;
            }
        };
    }
}
