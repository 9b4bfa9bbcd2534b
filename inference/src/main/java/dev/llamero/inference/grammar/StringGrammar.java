package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;

/** GBNF for strings: of a length, of a format, or that match a pattern. */
final class StringGrammar {
    private StringGrammar() {}

    /** The expression of a string with its quotes. */
    static String of(Rules rules, JsonNode schema, String place) {
        int least = Rules.bound(schema, "minLength", 0, place);
        int most = Rules.bound(schema, "maxLength", Pattern.ENDLESS, place);
        if (least > most) {
            throw new SchemaException(place, "\"minLength\" is above \"maxLength\"");
        }
        boolean bounded = least > 0 || most < Pattern.ENDLESS;
        if (schema.has("format") || schema.has("pattern")) {
            String keyword = schema.has("pattern") ? "pattern" : "format";
            Pattern pattern = pattern(schema, keyword, place).ofLength(least, most);
            if (pattern == null) {
                throw new SchemaException(
                        place,
                        "\"" + keyword + "\" beside \"minLength\" or \"maxLength\" is not supported; put the"
                                + " length into the pattern");
            }
            return "\"\\\"\" " + pattern.grammar() + " \"\\\"\"";
        }
        if (!bounded) {
            return rules.fixed("string");
        }
        String count = "{" + least + "," + (most == Pattern.ENDLESS ? "" : most) + "}";
        return "\"\\\"\" " + rules.fixed("char") + count + " \"\\\"\"";
    }

    private static Pattern pattern(JsonNode schema, String keyword, String place) {
        if (schema.has("pattern") && schema.has("format")) {
            throw new SchemaException(place, "\"pattern\" beside \"format\" is not supported; remove one");
        }
        JsonNode value = schema.get(keyword);
        if (!value.isTextual()) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a string");
        }
        String expression = keyword.equals("pattern")
                ? value.asText()
                : StringFormats.expression(value.asText())
                        .orElseThrow(() -> new SchemaException(
                                place,
                                "\"format\" " + value.asText() + " is not supported; known: " + StringFormats.names()));
        return PatternReader.read(expression, place, keyword);
    }
}
