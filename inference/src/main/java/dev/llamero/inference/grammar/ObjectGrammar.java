package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** GBNF for objects: required properties in the schema's order, then any of the optional ones in order. */
final class ObjectGrammar {
    private static final int PROPERTIES_MAX = 500;

    private final Rules rules;
    private final BiFunction<JsonNode, String, String> schemas;

    /**
     * A writer of object rules.
     *
     * @param schemas gives the expression of a part of the schema at a place
     */
    ObjectGrammar(Rules rules, BiFunction<JsonNode, String, String> schemas) {
        this.rules = rules;
        this.schemas = schemas;
    }

    String of(JsonNode schema, String place) {
        JsonNode properties = schema.path("properties");
        JsonNode additional = schema.path("additionalProperties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw new SchemaException(place, "\"properties\" must be an object");
        }
        if (properties.size() > PROPERTIES_MAX) {
            throw new SchemaException(place, "\"properties\" has more than " + PROPERTIES_MAX + " entries");
        }
        Set<String> required = required(schema, properties, place);
        if (properties.isEmpty() && additional.isMissingNode() && required.isEmpty()) {
            return rules.fixed("object");
        }
        String space = rules.fixed("space");
        var requiredPairs = new ArrayList<String>();
        var optionalPairs = new ArrayList<String>();
        pairs(properties, place)
                .forEach((name, pair) -> (required.contains(name) ? requiredPairs : optionalPairs).add(pair));
        // The schema does not describe a required property that "properties" lacks: any value will do.
        required.stream().filter(name -> !properties.has(name)).forEach(name -> requiredPairs.add(pair(name, "value")));
        var named = new LinkedHashSet<String>(required);
        properties.fieldNames().forEachRemaining(named::add);
        String more = additionalPair(additional, place, named);
        String start = "\"{\" " + space + " ";
        String end = space + " \"}\"";
        String separator = "\",\" " + space + " ";
        String head = String.join(" " + separator, requiredPairs);
        String tail = tail(optionalPairs, more, separator, place);
        if (requiredPairs.isEmpty()) {
            return tail.isEmpty() ? start + end : start + "(" + tail + ")? " + end;
        }
        return start + head + " " + (tail.isEmpty() ? "" : "(" + separator + "(" + tail + "))? ") + end;
    }

    /** Any non-empty choice of the optional pairs in order, then any number of additional ones. */
    private String tail(List<String> optional, String more, String separator, String place) {
        String rest = more;
        if (!more.isEmpty()) {
            rest = more + " (" + separator + more + ")*";
        }
        // From the last to the first: rule i begins with pair i, and may be followed by what begins later.
        var beginnings = new ArrayList<String>();
        if (!rest.isEmpty()) {
            beginnings.add(rest);
        }
        for (int i = optional.size() - 1; i >= 0; i--) {
            String later = beginnings.isEmpty() ? "" : " (" + separator + "(" + String.join(" | ", beginnings) + "))?";
            String name = rules.reserve(place);
            rules.define(name, optional.get(i) + later);
            beginnings.addFirst(name);
        }
        return String.join(" | ", beginnings);
    }

    private static Set<String> required(JsonNode schema, JsonNode properties, String place) {
        JsonNode list = schema.path("required");
        if (!list.isMissingNode() && !list.isArray()) {
            throw new SchemaException(place, "\"required\" must be a list of names");
        }
        var names = new LinkedHashSet<String>();
        list.forEach(name -> {
            if (!name.isTextual()) {
                throw new SchemaException(place, "\"required\" must be a list of names");
            }
            names.add(name.asText());
        });
        boolean closed = schema.path("additionalProperties").isBoolean()
                && !schema.path("additionalProperties").booleanValue();
        for (String name : names) {
            if (closed && !properties.has(name)) {
                throw new SchemaException(
                        place, "\"required\" names \"" + name + "\", which \"additionalProperties\": false forbids");
            }
        }
        return names;
    }

    private Map<String, String> pairs(JsonNode properties, String place) {
        var pairs = new LinkedHashMap<String, String>();
        for (var property : properties.properties()) {
            String name = property.getKey();
            // A rule of its own keeps the expression short where a property is optional and so stands twice.
            String value = rules.reserve(place);
            rules.define(value, schemas.apply(property.getValue(), place + "/properties/" + name));
            pairs.put(name, pair(name, value));
        }
        return pairs;
    }

    private String pair(String name, String valueRule) {
        String value = valueRule.equals("value") ? rules.fixed("value") : valueRule;
        String key = com.fasterxml.jackson.databind.node.TextNode.valueOf(name).toString();
        return Rules.literal(key) + " " + rules.fixed("space") + " \":\" " + rules.fixed("space") + " " + value;
    }

    private String additionalPair(JsonNode additional, String place, Set<String> named) {
        if (additional.isMissingNode() || additional.isBoolean() && !additional.booleanValue()) {
            return "";
        }
        if (!additional.isBoolean() && !additional.isObject()) {
            throw new SchemaException(place, "\"additionalProperties\" must be a boolean or a schema");
        }
        String value = rules.reserve(place);
        rules.define(value, schemas.apply(additional, place + "/additionalProperties"));
        String name = rules.reserve(place);
        String key = named.isEmpty() ? rules.fixed("string") : new OtherNames(rules).than(named, place);
        rules.define(name, key + " \":\" " + rules.fixed("space") + " " + value);
        return name;
    }
}
