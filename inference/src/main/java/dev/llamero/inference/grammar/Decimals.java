package dev.llamero.inference.grammar;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * GBNF for decimal numbers without an exponent between two bounds, digit by digit from the left. Null stands for an
 * expression that nothing matches.
 */
final class Decimals {
    private static final String MORE = "[0-9]{0,15}";
    private static final String SOME_NOT_ZERO = "\"0\"{0,14} [1-9] [0-9]{0,14}";
    private static final String ANY_FRACTION = "(\".\" [0-9]{1,16})?";

    private Decimals() {}

    /** @param inclusive whether the value itself is allowed */
    record Bound(BigDecimal value, boolean inclusive) {
        Bound negated() {
            return new Bound(value.negate(), inclusive);
        }
    }

    /** Numbers above one bound and below the other; null for no bound. */
    static String between(Bound least, Bound most) {
        var alternatives = new ArrayList<String>();
        if (most == null || most.value().signum() > 0 || most.value().signum() == 0 && most.inclusive()) {
            boolean fromZero = least == null || least.value().signum() < 0;
            alternatives.add(magnitudes(fromZero ? new Bound(BigDecimal.ZERO, true) : least, most));
        }
        if (least == null || least.value().signum() < 0) {
            boolean fromZero = most == null || most.value().signum() >= 0;
            String magnitude = magnitudes(
                    fromZero ? new Bound(BigDecimal.ZERO, false) : most.negated(),
                    least == null ? null : least.negated());
            alternatives.add(magnitude == null ? null : "\"-\" " + magnitude);
        }
        return either(alternatives.stream());
    }

    /** Numbers from 0 on. */
    private static String magnitudes(Bound least, Bound most) {
        long from = whole(least);
        String fromDigits = fraction(least);
        if (most == null) {
            return either(Stream.of(
                    then(from, atLeast(fromDigits, least.inclusive())),
                    IntegerRange.between(from + 1, null) + " " + ANY_FRACTION));
        }
        long to = whole(most);
        String toDigits = fraction(most);
        if (from == to) {
            int length = Math.max(fromDigits.length(), toDigits.length());
            String low = fromDigits + "0".repeat(length - fromDigits.length());
            String high = toDigits + "0".repeat(length - toDigits.length());
            boolean wholeToo = fromDigits.isEmpty() && least.inclusive() && (most.inclusive() || !toDigits.isEmpty());
            String digits = length == 0 ? null : inside(low, least.inclusive(), high, most.inclusive());
            return either(Stream.of(
                    wholeToo ? IntegerRange.between(from, from) : null,
                    digits == null ? null : then(from, "\".\" " + digits)));
        }
        return either(Stream.of(
                then(from, atLeast(fromDigits, least.inclusive())),
                from + 1 < to ? IntegerRange.between(from + 1, to - 1) + " " + ANY_FRACTION : null,
                then(to, atMost(toDigits, most.inclusive()))));
    }

    private static long whole(Bound bound) {
        return bound.value().setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    /** Digits behind the point, without zeros at the end. */
    private static String fraction(Bound bound) {
        BigDecimal rest = bound.value().subtract(bound.value().setScale(0, RoundingMode.FLOOR));
        return rest.signum() == 0
                ? ""
                : rest.stripTrailingZeros().toPlainString().substring(2);
    }

    private static String then(long whole, String fraction) {
        return fraction == null ? null : IntegerRange.between(whole, whole) + " " + fraction;
    }

    private static String atLeast(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? ANY_FRACTION : "\".\" " + SOME_NOT_ZERO;
        }
        return "\".\" " + digitsAtLeast(digits, inclusive);
    }

    private static String digitsAtLeast(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? MORE : SOME_NOT_ZERO;
        }
        char first = digits.charAt(0);
        return either(Stream.of(
                first < '9' ? digit(first + 1, '9') + " " + MORE : null,
                digit(first, first) + " " + digitsAtLeast(digits.substring(1), inclusive)));
    }

    private static String atMost(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? "(\".\" \"0\")?" : null;
        }
        String inside = digitsAtMost(digits, inclusive);
        return inside == null ? "\"\"" : "(\".\" " + inside + ")?";
    }

    private static String digitsAtMost(String digits, boolean inclusive) {
        char first = digits.charAt(0);
        String rest = restAtMost(digits.substring(1), inclusive);
        return either(Stream.of(
                first > '0' ? digit('0', first - 1) + " " + MORE : null,
                rest == null ? null : digit(first, first) + " " + rest));
    }

    /** What may follow digits that equal the bound's so far; the bound's rest has no zero at its end. */
    private static String restAtMost(String digits, boolean inclusive) {
        if (digits.isEmpty()) {
            return inclusive ? "\"0\"{0,8}" : null;
        }
        return "(" + digitsAtMost(digits, inclusive) + ")?";
    }

    /** Digits between two texts of the same length, of which the first is the smaller. */
    private static String inside(String low, boolean lowToo, String high, boolean highToo) {
        if (low.isEmpty()) {
            return lowToo && highToo ? "\"0\"{0,8}" : null;
        }
        char from = low.charAt(0);
        char to = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (from == to) {
            String rest = inside(lowRest, lowToo, highRest, highToo);
            boolean mayEnd = lowToo && isZero(lowRest) && (highToo || !isZero(highRest));
            String more = rest == null ? null : mayEnd ? "(" + rest + ")?" : rest;
            return more == null ? mayEnd ? digit(from, from) : null : digit(from, from) + " " + more;
        }
        String above = digitsAtLeast(stripped(lowRest), lowToo);
        String below = restAtMost(stripped(highRest), highToo);
        return either(Stream.of(
                digit(from, from) + " " + above,
                from + 1 < to ? digit(from + 1, to - 1) + " " + MORE : null,
                below == null ? null : digit(to, to) + " " + below));
    }

    private static boolean isZero(String digits) {
        return digits.chars().allMatch(c -> c == '0');
    }

    private static String stripped(String digits) {
        int end = digits.length();
        while (end > 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }

    private static String digit(int from, int to) {
        return from == to ? "[" + (char) from + "]" : "[" + (char) from + "-" + (char) to + "]";
    }

    private static String either(Stream<String> alternatives) {
        List<String> possible = alternatives.filter(Objects::nonNull).toList();
        return possible.isEmpty()
                ? null
                : possible.size() == 1 ? possible.getFirst() : "(" + String.join(" | ", possible) + ")";
    }
}
