package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** GBNF for arrays: a fixed beginning, then any number of items within the bounds. */
final class ArrayGrammar {
    /** Values from which an array without repetitions is chosen. */
    private static final int CHOICES_MAX = 64;

    private final Rules rules;
    private final BiFunction<JsonNode, String, String> schemas;

    /**
     * A writer of array rules.
     *
     * @param schemas gives the expression of a part of the schema at a place
     */
    ArrayGrammar(Rules rules, BiFunction<JsonNode, String, String> schemas) {
        this.rules = rules;
        this.schemas = schemas;
    }

    String of(JsonNode schema, String place) {
        int least = Rules.bound(schema, "minItems", 0, place);
        int most = Rules.bound(schema, "maxItems", -1, place);
        if (most >= 0 && least > most) {
            throw new SchemaException(place, "\"minItems\" is above \"maxItems\"");
        }
        boolean old = schema.path("items").isArray();
        JsonNode first = old ? schema.get("items") : schema.path("prefixItems");
        JsonNode rest = schema.path(old ? "additionalItems" : "items");
        if (!first.isMissingNode() && !first.isArray()) {
            throw new SchemaException(place, "\"prefixItems\" must be a list of schemas");
        }
        if (schema.path("uniqueItems").asBoolean() && most != 0 && most != 1) {
            return bracketed(unique(schema, place, first.size(), least, most));
        }
        var parts = new ArrayList<String>();
        String keyword = old ? "/items/" : "/prefixItems/";
        int fixed = most >= 0 ? Math.min(most, first.size()) : first.size();
        for (int i = 0; i < fixed; i++) {
            parts.add(schemas.apply(first.get(i), place + keyword + i));
        }
        boolean closed = rest.isBoolean() && !rest.booleanValue();
        boolean asksForMore = least > fixed || !rest.isMissingNode() || first.isMissingNode();
        if (closed && least > fixed) {
            throw new SchemaException(place, "\"minItems\" is above what \"items\": false allows");
        }
        if (!closed && asksForMore && most != fixed) {
            String item = rest.isMissingNode()
                    ? rules.fixed("value")
                    : schemas.apply(rest, place + (old ? "/additionalItems" : "/items"));
            return bracketed(repeated(parts, item, Math.max(0, least - fixed), most < 0 ? -1 : most - fixed));
        }
        return bracketed(String.join(separator(), parts));
    }

    private String separator() {
        return " \",\" " + rules.fixed("space") + " ";
    }

    private String repeated(List<String> parts, String item, int least, int most) {
        if (!parts.isEmpty()) {
            String more = "(" + separator() + item + "){" + least + "," + (most < 0 ? "" : most) + "}";
            return String.join(separator(), parts) + " " + more;
        }
        String more = "(" + separator() + item + "){" + Math.max(0, least - 1) + "," + (most < 0 ? "" : most - 1) + "}";
        String items = item + " " + more;
        return least == 0 ? "(" + items + ")?" : items;
    }

    private String bracketed(String items) {
        String space = rules.fixed("space");
        return "\"[\" " + space + " " + (items.isEmpty() ? "" : items + " " + space + " ") + "\"]\"";
    }

    /** Different values of a short list, in the list's order. */
    private String unique(JsonNode schema, String place, int fixed, int least, int most) {
        List<String> values = choices(schema.path("items"));
        if (values.isEmpty() || values.size() > CHOICES_MAX || fixed > 0) {
            throw new SchemaException(
                    place, "\"uniqueItems\" needs \"items\" with an \"enum\" of at most " + CHOICES_MAX + " values");
        }
        if (least > values.size()) {
            throw new SchemaException(place, "\"minItems\" is above the number of different items");
        }
        int limit = most < 0 ? values.size() : Math.min(most, values.size());
        // Rule (i, n): n values were taken from those before i.
        String[] next = new String[limit + 1];
        for (int taken = 0; taken <= limit; taken++) {
            next[taken] = taken >= least ? "\"\"" : null;
        }
        for (int i = values.size() - 1; i >= 0; i--) {
            String[] here = new String[limit + 1];
            for (int taken = 0; taken <= limit; taken++) {
                String value = (taken > 0 ? separator() : "") + values.get(i);
                String with = taken < limit && next[taken + 1] != null ? value + " " + next[taken + 1] : null;
                if (with != null || next[taken] != null) {
                    here[taken] = rules.reserve(place);
                    String without = next[taken] == null ? "" : (with == null ? "" : " | ") + next[taken];
                    rules.define(here[taken], (with == null ? "" : with) + without);
                }
            }
            next = here;
        }
        return next[0];
    }

    private static List<String> choices(JsonNode items) {
        var values = new ArrayList<String>();
        if (items.path("type").asText("").equals("boolean") && items.size() == 1) {
            return List.of(Rules.literal("true"), Rules.literal("false"));
        }
        if (!JsonSchemaGrammar.saysOnly(items, ValueCheck.KEYWORDS)) {
            return List.of();
        }
        for (JsonNode value : items.path("enum")) {
            String literal = Rules.literal(value.toString());
            if (ValueCheck.fits(value, items) && !values.contains(literal)) {
                values.add(literal);
            }
        }
        return values;
    }
}
