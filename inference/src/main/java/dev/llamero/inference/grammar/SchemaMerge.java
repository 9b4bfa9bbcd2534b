package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Set;

/** Two schemas as one that allows what both allow. */
final class SchemaMerge {
    private static final Set<String> UPPER =
            Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");
    private static final Set<String> LOWER =
            Set.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");
    private static final int DEPTH_MAX = 64;

    private SchemaMerge() {}

    /** @throws SchemaException if a keyword has two values that cannot be joined */
    static ObjectNode of(ObjectNode first, JsonNode second, String place) {
        return merge(first, second, place, 0);
    }

    private static ObjectNode merge(ObjectNode first, JsonNode second, String place, int depth) {
        if (!second.isObject()) {
            if (second.isBoolean() && second.booleanValue()) {
                return first;
            }
            throw new SchemaException(place, "a schema must be an object, but is " + second);
        }
        if (depth > DEPTH_MAX) {
            throw new SchemaException(place, "\"allOf\" is nested more than " + DEPTH_MAX + " deep");
        }
        ObjectNode both = first.deepCopy();
        ObjectNode other = second.deepCopy();
        if (first.has("prefixItems") != second.has("prefixItems") && (first.has("items") || second.has("items"))) {
            throw new SchemaException(place, "\"prefixItems\" beside \"items\" of another part is not supported");
        }
        dropPatterns(both, second, place);
        dropPatterns(other, first, place);
        describe(both, second);
        describe(other, first);
        for (var field : other.properties()) {
            JsonNode mine = both.get(field.getKey());
            boolean same = mine == null || mine.equals(field.getValue());
            both.set(
                    field.getKey(),
                    same || Keywords.DESCRIPTIVE.contains(field.getKey())
                            ? field.getValue()
                            : joined(field.getKey(), mine, field.getValue(), place, depth));
        }
        dropForbidden(both, first, place);
        dropForbidden(both, second, place);
        return both;
    }

    /** Properties of a pattern are among those that the other schema does not name. */
    private static void dropPatterns(ObjectNode schema, JsonNode other, String place) {
        if (!schema.has("patternProperties") || other.has("patternProperties")) {
            return;
        }
        if (other.path("additionalProperties").isObject()) {
            throw new SchemaException(
                    place, "\"patternProperties\" beside \"additionalProperties\" of another part is not supported");
        }
        if (isClosed(other)) {
            schema.remove("patternProperties");
        }
    }

    /** What one schema says of all properties that it does not name holds for those that the other names. */
    private static void describe(ObjectNode schema, JsonNode other) {
        JsonNode rest = schema.path("additionalProperties");
        if (!rest.isObject() || !other.path("properties").isObject()) {
            return;
        }
        ObjectNode properties =
                schema.path("properties") instanceof ObjectNode known ? known : schema.putObject("properties");
        for (var property : other.path("properties").properties()) {
            if (!properties.has(property.getKey())) {
                properties.set(property.getKey(), rest);
            }
        }
    }

    /** Of properties that one of the schemas forbids, none may stand. */
    private static void dropForbidden(ObjectNode both, JsonNode part, String place) {
        if (!isClosed(part) || !(both.get("properties") instanceof ObjectNode properties)) {
            return;
        }
        for (String name : names(properties)) {
            if (!part.path("properties").has(name)) {
                if (requires(both, name)) {
                    throw forbidden(place, name);
                }
                properties.remove(name);
            }
        }
    }

    private static Set<String> names(ObjectNode node) {
        var names = new LinkedHashSet<String>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static boolean isClosed(JsonNode schema) {
        JsonNode additional = schema.path("additionalProperties");
        return additional.isBoolean() && !additional.booleanValue();
    }

    private static boolean requires(JsonNode schema, String name) {
        for (JsonNode required : schema.path("required")) {
            if (required.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static SchemaException forbidden(String place, String name) {
        return new SchemaException(
                place, "\"required\" names \"" + name + "\", which \"additionalProperties\": false forbids");
    }

    private static JsonNode joined(String keyword, JsonNode mine, JsonNode other, String place, int depth) {
        if (keyword.equals("properties") && mine instanceof ObjectNode properties && other.isObject()) {
            ObjectNode sum = properties.deepCopy();
            for (var each : other.properties()) {
                JsonNode known = sum.get(each.getKey());
                sum.set(
                        each.getKey(),
                        known instanceof ObjectNode object && !known.equals(each.getValue())
                                ? merge(object, each.getValue(), place + "/properties/" + each.getKey(), depth + 1)
                                : each.getValue());
            }
            return sum;
        }
        if (keyword.equals("items") && mine instanceof ObjectNode items && other.isObject()) {
            return merge(items, other, place + "/items", depth + 1);
        }
        if (keyword.equals("required") && mine.isArray() && other.isArray()) {
            var sum = JsonNodeFactory.instance.arrayNode();
            var all = new LinkedHashSet<JsonNode>();
            mine.forEach(all::add);
            other.forEach(all::add);
            all.forEach(sum::add);
            return sum;
        }
        if (UPPER.contains(keyword) || LOWER.contains(keyword)) {
            if (mine.isNumber() && other.isNumber()) {
                boolean less = mine.decimalValue().compareTo(other.decimalValue()) < 0;
                return less == UPPER.contains(keyword) ? mine : other;
            }
        }
        if (keyword.equals("enum") || keyword.equals("type")) {
            return common(keyword, mine, other, place);
        }
        if (keyword.equals("additionalProperties") && (mine.isBoolean() || other.isBoolean())) {
            boolean closed = mine.isBoolean() && !mine.booleanValue();
            return closed || other.isBoolean() && other.booleanValue() ? mine : other;
        }
        if (keyword.equals("uniqueItems")) {
            return mine.asBoolean() ? mine : other;
        }
        throw new SchemaException(place, "keyword \"" + keyword + "\" has two different values here");
    }

    private static JsonNode common(String keyword, JsonNode mine, JsonNode other, String place) {
        ArrayNode common = JsonNodeFactory.instance.arrayNode();
        for (JsonNode a :
                mine.isArray() ? mine : JsonNodeFactory.instance.arrayNode().add(mine)) {
            for (JsonNode b : other.isArray()
                    ? other
                    : JsonNodeFactory.instance.arrayNode().add(other)) {
                boolean integer = keyword.equals("type") && isNumber(a) && isNumber(b);
                if (a.equals(b)) {
                    common.add(a);
                } else if (integer) {
                    common.add("integer");
                }
            }
        }
        if (common.isEmpty()) {
            throw new SchemaException(
                    place, "keyword \"" + keyword + "\" has two different values here, which allow nothing together");
        }
        return common.size() == 1 && keyword.equals("type") ? common.get(0) : common;
    }

    private static boolean isNumber(JsonNode type) {
        return type.asText().equals("integer") || type.asText().equals("number");
    }
}
