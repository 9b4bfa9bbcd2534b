package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;

/** GBNF for numbers with bounds. */
final class Numbers {
    private Numbers() {}

    /** Integers; every bound is kept. */
    static String integer(Rules rules, JsonNode schema, String place) {
        Long min = bound(schema, "minimum", "exclusiveMinimum", RoundingMode.CEILING, 1, place);
        Long max = bound(schema, "maximum", "exclusiveMaximum", RoundingMode.FLOOR, -1, place);
        if (min == null && max == null) {
            return rules.fixed("integer");
        }
        if (min != null && max != null && min > max) {
            throw new SchemaException(place, "no integer lies between \"minimum\" " + min + " and \"maximum\" " + max);
        }
        return IntegerRange.between(min, max);
    }

    /**
     * Numbers. A grammar reads from the left and cannot compare exponents, so a number with two whole bounds or a lower
     * bound of 0 is written without an exponent; other bounds are refused.
     */
    static String number(Rules rules, JsonNode schema, String place) {
        boolean bounded = schema.has("minimum")
                || schema.has("maximum")
                || schema.has("exclusiveMinimum")
                || schema.has("exclusiveMaximum");
        if (!bounded) {
            return rules.fixed("number");
        }
        if (schema.has("exclusiveMinimum") || schema.has("exclusiveMaximum")) {
            throw new SchemaException(place, "exclusive bounds are supported for integers only; use \"minimum\"");
        }
        Long min = whole(schema, "minimum", place);
        Long max = whole(schema, "maximum", place);
        if (min != null && min == 0 && max == null) {
            return rules.fixed("integral") + " " + rules.fixed("fraction");
        }
        if (min == null || max == null || min > max) {
            throw new SchemaException(place, "a number needs both \"minimum\" and \"maximum\", or a \"minimum\" of 0");
        }
        var alternatives = new ArrayList<String>();
        // The bounds themselves, and every whole part strictly inside followed by any fraction.
        alternatives.add(IntegerRange.between(min, min));
        alternatives.add(IntegerRange.between(max, max));
        String fraction = " (\".\" [0-9]{1,16})?";
        long least = Math.max(min, 0);
        if (least < max) {
            alternatives.add(IntegerRange.between(least, max - 1) + fraction);
        }
        long nearest = Math.max(-max, 0);
        if (nearest < -min) {
            alternatives.add("\"-\" " + IntegerRange.between(nearest, -min - 1) + fraction);
        }
        return "(" + String.join(" | ", alternatives) + ")";
    }

    private static Long whole(JsonNode schema, String keyword, String place) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || value.decimalValue().stripTrailingZeros().scale() > 0) {
            throw new SchemaException(place, "\"" + keyword + "\" of a number must be a whole number");
        }
        return longValue(value.decimalValue(), keyword, place);
    }

    private static Long bound(
            JsonNode schema, String keyword, String exclusive, RoundingMode rounding, int step, String place) {
        Long inclusive = null;
        JsonNode value = schema.get(keyword);
        if (value != null) {
            inclusive = longValue(decimal(value, keyword, place).setScale(0, rounding), keyword, place);
        }
        JsonNode excluded = schema.get(exclusive);
        if (excluded == null) {
            return inclusive;
        }
        BigDecimal limit = decimal(excluded, exclusive, place);
        BigDecimal rounded = limit.setScale(0, rounding);
        if (rounded.compareTo(limit) == 0) {
            rounded = rounded.add(BigDecimal.valueOf(step));
        }
        long other = longValue(rounded, exclusive, place);
        if (inclusive == null) {
            return other;
        }
        return step > 0 ? Math.max(inclusive, other) : Math.min(inclusive, other);
    }

    private static BigDecimal decimal(JsonNode value, String keyword, String place) {
        if (!value.isNumber()) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a number");
        }
        return value.decimalValue();
    }

    private static long longValue(BigDecimal value, String keyword, String place) {
        // Beyond 15 digits JSON readers disagree about integers (RFC 8259, section 6).
        if (value.abs().compareTo(BigDecimal.valueOf(999_999_999_999_999L)) > 0) {
            throw new SchemaException(place, "\"" + keyword + "\" is beyond 15 digits");
        }
        return value.longValueExact();
    }
}
