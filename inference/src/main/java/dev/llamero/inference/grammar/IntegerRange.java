package dev.llamero.inference.grammar;

import java.util.ArrayList;
import java.util.List;

/** GBNF for the decimal integers between two bounds, without leading zeros. A null bound is open. */
final class IntegerRange {
    /** Digits of an integer without a bound, as for unbounded integers elsewhere. */
    private static final int DIGITS_MAX = 16;

    private IntegerRange() {}

    /** Alternatives in parentheses; {@code min <= max} where both are given. */
    static String between(Long min, Long max) {
        var alternatives = new ArrayList<String>();
        if (min == null || min < 0) {
            // The magnitudes of the negative part run from |max| (at least 1) to |min|.
            long least = max == null || max >= -1 ? 1 : -max;
            Long most = min == null ? null : magnitude(min);
            alternatives.add("\"-\" (" + String.join(" | ", magnitudes(least, most)) + ")");
        }
        if (max == null || max >= 0) {
            alternatives.addAll(magnitudes(min == null || min < 0 ? 0 : min, max));
        }
        return "(" + String.join(" | ", alternatives) + ")";
    }

    private static long magnitude(long negative) {
        return negative == Long.MIN_VALUE ? Long.MAX_VALUE : -negative;
    }

    private static List<String> magnitudes(long least, Long most) {
        var alternatives = new ArrayList<String>();
        String low = Long.toString(least);
        int digitsMax = most == null
                ? Math.max(DIGITS_MAX, low.length())
                : Long.toString(most).length();
        for (int digits = low.length(); digits <= digitsMax; digits++) {
            String from = digits == low.length() ? low : "1" + "0".repeat(digits - 1);
            boolean last = most != null && digits == digitsMax;
            alternatives.add(sameLength(from, last ? Long.toString(most) : "9".repeat(digits)));
        }
        return alternatives;
    }

    /** Numbers of equal length from {@code from} to {@code to}. */
    private static String sameLength(String from, String to) {
        if (from.isEmpty()) {
            return "\"\"";
        }
        if (from.chars().allMatch(c -> c == '0') && to.chars().allMatch(c -> c == '9')) {
            return "[0-9]" + times(from.length());
        }
        char low = from.charAt(0);
        char high = to.charAt(0);
        String lowRest = from.substring(1);
        String highRest = to.substring(1);
        if (low == high) {
            return digit(low, low) + then(sameLength(lowRest, highRest));
        }
        var alternatives = new ArrayList<String>();
        char wholeFrom = low;
        char wholeTo = high;
        if (lowRest.chars().anyMatch(c -> c != '0')) {
            alternatives.add(digit(low, low) + then(sameLength(lowRest, "9".repeat(lowRest.length()))));
            wholeFrom++;
        }
        if (highRest.chars().anyMatch(c -> c != '9')) {
            alternatives.add(digit(high, high) + then(sameLength("0".repeat(highRest.length()), highRest)));
            wholeTo--;
        }
        if (wholeFrom <= wholeTo) {
            String rest = lowRest.isEmpty() ? "" : " [0-9]" + times(lowRest.length());
            alternatives.add(digit(wholeFrom, wholeTo) + rest);
        }
        return alternatives.size() == 1 ? alternatives.getFirst() : "(" + String.join(" | ", alternatives) + ")";
    }

    private static String then(String rest) {
        return rest.equals("\"\"") ? "" : " " + rest;
    }

    private static String digit(char from, char to) {
        return from == to ? "[" + from + "]" : "[" + from + "-" + to + "]";
    }

    private static String times(int count) {
        return count == 1 ? "" : "{" + count + "}";
    }
}
