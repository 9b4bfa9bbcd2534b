package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private static final List<String> ONLY_HERE =
            List.of("minProperties", "maxProperties", "patternProperties", "propertyNames");

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
        checkNames(schema, properties, place);
        boolean plain = properties.isEmpty() && additional.isMissingNode() && required.isEmpty();
        if (plain && ONLY_HERE.stream().noneMatch(schema::has)) {
            return rules.fixed("object");
        }
        var requiredPairs = new ArrayList<String>();
        var optionalPairs = new ArrayList<String>();
        pairs(properties, place)
                .forEach((name, pair) -> (required.contains(name) ? requiredPairs : optionalPairs).add(pair));
        // Of a required property that "properties" lacks, at most "additionalProperties" says what it is.
        required.stream()
                .filter(name -> !properties.has(name))
                .forEach(name -> requiredPairs.add(pair(name, undescribed(additional, place))));
        var named = new LinkedHashSet<String>(required);
        properties.fieldNames().forEachRemaining(named::add);
        String more = more(schema, place, named, plain);
        var counts = counts(schema, place, requiredPairs.size(), optionalPairs.size(), more);
        return braced(requiredPairs, tail(optionalPairs, repeated(more, counts, requiredPairs.size()), place), counts);
    }

    private String undescribed(JsonNode additional, String place) {
        if (!additional.isObject()) {
            return "value";
        }
        String value = rules.reserve(place);
        rules.define(value, schemas.apply(additional, place + "/additionalProperties"));
        return value;
    }

    /** How many pairs there may be; most is -1 for no bound. */
    private record Counts(int least, int most) {}

    private Counts counts(JsonNode schema, String place, int required, int optional, String more) {
        int least = Rules.bound(schema, "minProperties", 0, place);
        int most = Rules.bound(schema, "maxProperties", -1, place);
        if (most >= 0 && least > most) {
            throw new SchemaException(place, "\"minProperties\" is above \"maxProperties\"");
        }
        // A grammar does not see that a name comes twice, so only one property beyond those named can be asked for.
        boolean asksTooMuch = least > required + (optional == 0 && !more.isEmpty() ? 1 : 0);
        if (asksTooMuch) {
            throw new SchemaException(place, "\"minProperties\" " + least + " is not supported here; use \"required\"");
        }
        if (most >= 0 && (most < required || optional > 0 && most < required + optional)) {
            throw new SchemaException(place, "\"maxProperties\" " + most + " is not supported here");
        }
        return new Counts(least, most);
    }

    private String repeated(String more, Counts counts, int required) {
        if (more.isEmpty() || counts.most() == 0 || counts.most() == required) {
            return "";
        }
        String separator = "\",\" " + rules.fixed("space") + " ";
        String times = counts.most() < 0 ? "*" : "{0," + Math.max(0, counts.most() - required - 1) + "}";
        return more + " (" + separator + more + ")" + times;
    }

    private String braced(List<String> required, String tail, Counts counts) {
        String space = rules.fixed("space");
        String separator = "\",\" " + space + " ";
        String start = "\"{\" " + space + " ";
        String end = space + " \"}\"";
        if (required.isEmpty()) {
            return tail.isEmpty() ? start + end : start + "(" + tail + ")" + (counts.least() > 0 ? " " : "? ") + end;
        }
        boolean tailNeeded = counts.least() > required.size();
        String rest = tail.isEmpty() ? "" : "(" + separator + "(" + tail + "))" + (tailNeeded ? " " : "? ");
        return start + String.join(" " + separator, required) + " " + rest + end;
    }

    /** Any non-empty choice of the optional pairs in order, then what comes behind all of them. */
    private String tail(List<String> optional, String rest, String place) {
        String separator = "\",\" " + rules.fixed("space") + " ";
        String later = rest;
        // From the last to the first: each rule begins with its pair, or is the next rule.
        for (int i = optional.size() - 1; i >= 0; i--) {
            String name = rules.reserve(place);
            String goesOn = later.isEmpty() ? "" : " (" + separator + "(" + later + "))?";
            rules.define(name, optional.get(i) + goesOn + (later.isEmpty() ? "" : " | " + later));
            later = name;
        }
        return later;
    }

    private void checkNames(JsonNode schema, JsonNode properties, String place) {
        if (schema.has("propertyNames") && (!properties.isEmpty() || schema.has("required"))) {
            throw new SchemaException(
                    place, "\"propertyNames\" beside \"properties\" or \"required\" is not supported");
        }
        JsonNode patterns = schema.path("patternProperties");
        if (!patterns.isMissingNode() && !patterns.isObject()) {
            throw new SchemaException(place, "\"patternProperties\" must be an object");
        }
        for (var pattern : patterns.properties()) {
            Pattern names = PatternReader.read(pattern.getKey(), place, "patternProperties");
            var named = new LinkedHashSet<String>();
            properties.fieldNames().forEachRemaining(named::add);
            schema.path("required").forEach(name -> named.add(name.asText()));
            named.forEach(name -> {
                if (names.matches(name)) {
                    throw new SchemaException(
                            place,
                            "\"patternProperties\" " + pattern.getKey() + " matches the property \"" + name
                                    + "\"; that is not supported");
                }
            });
        }
    }

    /** A pair whose name is not in the schema; "" for none. */
    private String more(JsonNode schema, String place, Set<String> named, boolean open) {
        JsonNode additional = schema.path("additionalProperties");
        JsonNode patterns = schema.path("patternProperties");
        if (!patterns.isEmpty()) {
            // Names of several patterns, or of a pattern and a list, cannot be told apart: such pairs are left out.
            boolean apart = patterns.size() == 1 && named.isEmpty() && !schema.has("propertyNames");
            return apart ? patternPair(patterns, place) : "";
        }
        if (schema.has("propertyNames") && !schema.get("propertyNames").isObject()) {
            throw new SchemaException(place, "\"propertyNames\" must be a schema");
        }
        if (!schema.has("propertyNames")) {
            return additionalPair(additional, place, named, open);
        }
        ObjectNode names = schema.get("propertyNames").deepCopy();
        names.put("type", "string");
        String key = schemas.apply(names, place + "/propertyNames");
        return additional.isBoolean() && !additional.booleanValue() ? "" : anyPair(key, additional, place);
    }

    private String patternPair(JsonNode patterns, String place) {
        var only = patterns.properties().iterator().next();
        String key = "\"\\\"\" "
                + PatternReader.read(only.getKey(), place, "patternProperties").grammar() + " \"\\\"\"";
        String value = rules.reserve(place);
        rules.define(value, schemas.apply(only.getValue(), place + "/patternProperties/" + only.getKey()));
        String name = rules.reserve(place);
        rules.define(name, key + " \":\" " + rules.fixed("space") + " " + value);
        return name;
    }

    private String anyPair(String key, JsonNode schema, String place) {
        String value = rules.reserve(place);
        rules.define(
                value,
                schema.isObject() ? schemas.apply(schema, place + "/additionalProperties") : rules.fixed("value"));
        String name = rules.reserve(place);
        rules.define(name, key + " \":\" " + rules.fixed("space") + " " + value);
        return name;
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

    private String additionalPair(JsonNode additional, String place, Set<String> named, boolean open) {
        boolean none = additional.isMissingNode() && !open || additional.isBoolean() && !additional.booleanValue();
        if (none) {
            return "";
        }
        if (!additional.isMissingNode() && !additional.isBoolean() && !additional.isObject()) {
            throw new SchemaException(place, "\"additionalProperties\" must be a boolean or a schema");
        }
        String key = named.isEmpty() ? rules.fixed("string") : new OtherNames(rules).than(named, place);
        return anyPair(key, additional, place);
    }
}
