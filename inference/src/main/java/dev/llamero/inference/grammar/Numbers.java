package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.inference.grammar.Decimals.Bound;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** GBNF for numbers with bounds and steps. One per number in a schema. */
final class Numbers {
    /** Digits before the point that any number here is written with, so also those of 2^53 - 1. */
    private static final int DIGITS_MAX = 16;

    private static final int FRACTION_DIGITS_MAX = 15;

    private final Rules rules;
    private final JsonNode schema;
    private final String place;

    /** Whether a bound was left out because no number that is short enough exceeds it. */
    private boolean wide;

    private Numbers(Rules rules, JsonNode schema, String place) {
        this.rules = rules;
        this.schema = schema;
        this.place = place;
    }

    /** Integers; every bound is kept. */
    static String integer(Rules rules, JsonNode schema, String place) {
        var numbers = new Numbers(rules, schema, place);
        Bound least = numbers.least();
        Bound most = numbers.most();
        if (schema.has("multipleOf")) {
            return new Multiples(rules, place, least, most).integer(numbers.step());
        }
        if (least == null && most == null) {
            return rules.fixed("integer");
        }
        Long min = least == null ? null : inner(least, RoundingMode.CEILING, 1);
        Long max = most == null ? null : inner(most, RoundingMode.FLOOR, -1);
        if (min != null && max != null && min > max) {
            throw new SchemaException(place, "no integer lies between \"minimum\" " + min + " and \"maximum\" " + max);
        }
        return IntegerRange.between(min, max);
    }

    private static long inner(Bound bound, RoundingMode rounding, int step) {
        BigDecimal rounded = bound.value().setScale(0, rounding);
        boolean next = !bound.inclusive() && rounded.compareTo(bound.value()) == 0;
        return rounded.longValueExact() + (next ? step : 0);
    }

    /**
     * Numbers. A grammar reads from the left and cannot compare exponents, so a number with bounds is written without
     * one.
     */
    static String number(Rules rules, JsonNode schema, String place) {
        var numbers = new Numbers(rules, schema, place);
        Bound least = numbers.least();
        Bound most = numbers.most();
        if (schema.has("multipleOf")) {
            return new Multiples(rules, place, least, most).number(numbers.step());
        }
        if (least == null && most == null && !numbers.wide) {
            return rules.fixed("number");
        }
        if (most == null && !numbers.wide && least.inclusive() && least.value().signum() == 0) {
            return rules.fixed("integral") + " " + rules.fixed("fraction");
        }
        int order = least == null || most == null ? -1 : least.value().compareTo(most.value());
        if (order > 0 || order == 0 && !(least.inclusive() && most.inclusive())) {
            throw new SchemaException(place, "no number lies between \"minimum\" and \"maximum\"");
        }
        return Decimals.between(least, most);
    }

    private Bound least() {
        return stricter(bound("minimum", "exclusiveMinimum", -1), exclusive("exclusiveMinimum", -1), 1);
    }

    private Bound most() {
        return stricter(bound("maximum", "exclusiveMaximum", 1), exclusive("exclusiveMaximum", 1), -1);
    }

    private static Bound stricter(Bound inclusive, Bound exclusive, int sign) {
        if (inclusive == null || exclusive == null) {
            return inclusive == null ? exclusive : inclusive;
        }
        return inclusive.value().compareTo(exclusive.value()) * sign > 0 ? inclusive : exclusive;
    }

    /** In an older draft the exclusive keyword is a boolean beside the bound. */
    private Bound bound(String keyword, String exclusive, int side) {
        BigDecimal value = near(keyword, side);
        return value == null ? null : new Bound(value, !schema.path(exclusive).booleanValue());
    }

    private Bound exclusive(String keyword, int side) {
        if (schema.path(keyword).isBoolean()) {
            return null;
        }
        BigDecimal value = near(keyword, side);
        return value == null ? null : new Bound(value, false);
    }

    /**
     * A bound, or null where it says nothing: makers of schemas write the ends of a type, such as those of 64 bits, and
     * they lie beyond every number that is written here.
     *
     * @param side the sign of the numbers that the bound keeps out when it is large
     */
    private BigDecimal near(String keyword, int side) {
        BigDecimal value = number(keyword);
        if (value != null && isBeyond(value) && value.signum() == side) {
            wide = true;
            return null;
        }
        return checked(keyword, value);
    }

    private BigDecimal step() {
        BigDecimal step = checked("multipleOf", number("multipleOf"));
        if (step == null || step.signum() <= 0) {
            throw new SchemaException(place, "\"multipleOf\" must be above 0");
        }
        return step;
    }

    private BigDecimal number(String keyword) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || value.isDouble() && !Double.isFinite(value.doubleValue())) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a number");
        }
        return value.decimalValue();
    }

    private static boolean isBeyond(BigDecimal value) {
        return value.precision() - (long) value.scale() > DIGITS_MAX;
    }

    private BigDecimal checked(String keyword, BigDecimal value) {
        if (value == null) {
            return null;
        }
        if (isBeyond(value)) {
            throw new SchemaException(place, "\"" + keyword + "\" is beyond " + DIGITS_MAX + " digits");
        }
        BigDecimal decimal = value.stripTrailingZeros();
        if (decimal.scale() > FRACTION_DIGITS_MAX) {
            throw new SchemaException(
                    place, "\"" + keyword + "\" has more than " + FRACTION_DIGITS_MAX + " digits behind the point");
        }
        return decimal;
    }
}
