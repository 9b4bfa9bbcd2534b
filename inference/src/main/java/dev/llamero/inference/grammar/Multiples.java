package dev.llamero.inference.grammar;

import dev.llamero.inference.grammar.Decimals.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * GBNF for the multiples of a number: between two near bounds all of them, otherwise by what is left when the digits so
 * far are divided.
 */
final class Multiples {
    private static final int LISTED_MAX = 1_000;
    private static final int STATES_MAX = 1_000;

    private final Rules rules;
    private final String place;
    private final Bound least;
    private final Bound most;

    /** @param least null for no bound */
    Multiples(Rules rules, String place, Bound least, Bound most) {
        this.rules = rules;
        this.place = place;
        this.least = least;
        this.most = most;
    }

    /** Integers that are multiples of a step, which may itself be none. */
    String integer(BigDecimal step) {
        BigDecimal whole = new BigDecimal(step.unscaledValue());
        if (step.scale() > 0) {
            BigInteger divisor = step.unscaledValue().gcd(BigInteger.TEN.pow(step.scale()));
            whole = new BigDecimal(step.unscaledValue().divide(divisor));
        } else {
            whole = step.setScale(0, RoundingMode.UNNECESSARY);
        }
        return of(whole, 0);
    }

    String number(BigDecimal step) {
        return of(step, Math.max(0, step.scale()));
    }

    private String of(BigDecimal step, int fractionDigits) {
        if (least != null && most != null) {
            return listed(step);
        }
        boolean fromZero = most == null
                && least != null
                && least.inclusive()
                && least.value().signum() == 0;
        if (!fromZero && (least != null || most != null)) {
            throw new SchemaException(
                    place, "\"multipleOf\" needs both \"minimum\" and \"maximum\", a \"minimum\" of 0, or no bound");
        }
        String sign = fromZero ? "" : "\"-\"? ";
        BigInteger units = step.movePointRight(fractionDigits).toBigIntegerExact();
        if (units.equals(BigInteger.ONE)) {
            String fraction = fractionDigits == 0 ? "" : " (\".\" [0-9]{1," + fractionDigits + "})?";
            return sign + rules.fixed("integral") + fraction;
        }
        if (units.bitLength() > 20 || units.longValue() * (fractionDigits + 1) > STATES_MAX) {
            throw new SchemaException(place, "\"multipleOf\" " + step + " without near bounds is not supported");
        }
        return sign + divided(units.intValue(), fractionDigits);
    }

    private String listed(BigDecimal step) {
        BigInteger from = least.value().divide(step, 0, RoundingMode.CEILING).toBigInteger();
        BigInteger to = most.value().divide(step, 0, RoundingMode.FLOOR).toBigInteger();
        if (to.subtract(from).compareTo(BigInteger.valueOf(LISTED_MAX)) > 0) {
            throw new SchemaException(
                    place,
                    "\"multipleOf\" " + step + " leaves more than " + LISTED_MAX + " numbers between the bounds");
        }
        var values = new ArrayList<String>();
        for (BigInteger i = from; i.compareTo(to) <= 0; i = i.add(BigInteger.ONE)) {
            BigDecimal value = step.multiply(new BigDecimal(i));
            boolean allowed = (least.inclusive() || value.compareTo(least.value()) != 0)
                    && (most.inclusive() || value.compareTo(most.value()) != 0);
            if (allowed) {
                values.add(Rules.literal(
                        value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString()));
            }
        }
        if (values.isEmpty()) {
            throw new SchemaException(place, "no multiple of \"multipleOf\" " + step + " lies between the bounds");
        }
        return "(" + String.join(" | ", values) + ")";
    }

    /** Digits, the last of them behind a point, that leave nothing when divided. */
    private String divided(int divisor, int fractionDigits) {
        String[] whole = names(divisor);
        String[][] behind = new String[fractionDigits + 1][];
        for (int left = 1; left <= fractionDigits; left++) {
            behind[left] = names(divisor);
        }
        for (int rest = 0; rest < divisor; rest++) {
            String end = fractionDigits > 0 ? "\".\" " + behind[fractionDigits][rest] : rest == 0 ? "\"\"" : null;
            String more = digits(rest, divisor, whole, 0);
            rules.define(whole[rest], end == null ? more : end + " | " + more);
            for (int left = 1; left <= fractionDigits; left++) {
                rules.define(behind[left][rest], digits(rest, divisor, left == 1 ? null : behind[left - 1], 0));
            }
        }
        // A number does not begin with more than one zero.
        String zero = fractionDigits > 0 ? "\"0\" \".\" " + behind[fractionDigits][0] : "\"0\"";
        return "(" + zero + " | " + digits(0, divisor, whole, 1) + ")";
    }

    private String[] names(int count) {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = rules.reserve(place);
        }
        return names;
    }

    /** The next digit, and the rule for what is left then; at the last digit nothing may be left. */
    private static String digits(int rest, int divisor, String[] next, int from) {
        var byRest = new TreeMap<Integer, StringBuilder>();
        for (int digit = from; digit <= 9; digit++) {
            int then = (rest * 10 + digit) % divisor;
            if (next != null || then == 0) {
                byRest.computeIfAbsent(then, key -> new StringBuilder()).append(digit);
            }
        }
        var alternatives = new ArrayList<String>();
        byRest.forEach((then, digits) -> alternatives.add("[" + digits + "]" + (next == null ? "" : " " + next[then])));
        // A rule that nothing matches: the class of no digit is written as a character that JSON never has here.
        return alternatives.isEmpty() ? "[\\x00]" : String.join(" | ", alternatives);
    }
}
