package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns one JSON schema into a GBNF grammar. Made for one call; not shared between threads.
 *
 * <p>Keywords that only describe (title, default, examples) are passed over. Properties come out in the schema's order,
 * required ones first; properties that the schema does not name are left out unless {@code additionalProperties} asks
 * for them, which satisfies the schema all the same.
 *
 * @see <a href="https://json-schema.org/draft/2020-12/json-schema-validation">JSON Schema validation, 2020-12</a>
 */
public final class JsonSchemaGrammar {
    private static final int DEPTH_MAX = 64;
    /** llama.cpp writes a repetition out in full; beyond this it refuses the grammar. */
    private static final int REPETITIONS_MAX = 1_000;

    private static final Set<String> DESCRIPTIVE = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "example",
            "$schema",
            "$id",
            "id",
            "$comment",
            "$defs",
            "definitions",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentEncoding",
            "contentMediaType",
            "strict");
    private static final Set<String> KNOWN = Set.of(
            "type",
            "enum",
            "const",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "anyOf",
            "oneOf",
            "allOf",
            "$ref",
            "minLength",
            "maxLength",
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "nullable");
    private static final List<String> TYPES =
            List.of("string", "number", "integer", "boolean", "null", "object", "array");

    private final JsonNode root;
    private final Rules rules = new Rules();
    private final Map<String, String> references = new HashMap<>();
    private final Set<String> openReferences = new HashSet<>();

    private JsonSchemaGrammar(JsonNode root) {
        this.root = root;
    }

    /** The grammar of any JSON object, which {@code "format": "json"} asks for. */
    public static String anyObject() {
        var rules = new Rules();
        return rules.text(rules.fixed("object"));
    }

    /**
     * The grammar of the values that a schema allows.
     *
     * @throws SchemaException if the schema is malformed or says something that a grammar cannot keep
     */
    public static String of(JsonNode schema) {
        var grammar = new JsonSchemaGrammar(schema);
        String start = grammar.schema(schema, "#", 0);
        return grammar.rules.text(start);
    }

    /** An expression for a schema: the name of a rule, or something that can stand in a sequence. */
    private String schema(JsonNode schema, String place, int depth) {
        if (depth > DEPTH_MAX) {
            throw new SchemaException(place, "nested more than " + DEPTH_MAX + " deep");
        }
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw new SchemaException(place, "the schema false allows no value");
            }
            return rules.fixed("value");
        }
        if (!schema.isObject()) {
            throw new SchemaException(place, "a schema must be an object, but is " + schema);
        }
        refuseUnknown(schema, place);
        if (schema.has("$ref")) {
            return reference(schema.get("$ref").asText(), place, depth);
        }
        if (schema.has("const")) {
            return constant(schema.get("const"));
        }
        if (schema.has("enum")) {
            return enumeration(schema.get("enum"), place);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                return alternatives(schema, keyword, place, depth);
            }
        }
        if (schema.has("allOf")) {
            return schema(merged(schema, place), place, depth + 1);
        }
        return typed(schema, place, depth);
    }

    private static void refuseUnknown(JsonNode schema, String place) {
        for (var field : schema.properties()) {
            if (!KNOWN.contains(field.getKey())
                    && !DESCRIPTIVE.contains(field.getKey())
                    && !field.getKey().startsWith("x-")) {
                throw new SchemaException(place, "keyword \"" + field.getKey() + "\" is not supported; remove it");
            }
        }
    }

    private String typed(JsonNode schema, String place, int depth) {
        JsonNode type = schema.path("type");
        var types = new ArrayList<String>();
        if (type.isArray()) {
            type.forEach(each -> types.add(each.asText()));
        } else if (type.isTextual()) {
            types.add(type.asText());
        } else if (!type.isMissingNode()) {
            throw new SchemaException(place, "\"type\" must be a string or a list of strings");
        } else if (schema.has("properties") || schema.has("additionalProperties") || schema.has("required")) {
            types.add("object");
        } else if (schema.has("items") || schema.has("prefixItems")) {
            types.add("array");
        } else if (schema.has("minLength") || schema.has("maxLength") || schema.has("format")) {
            types.add("string");
        } else if (schema.has("minimum") || schema.has("maximum")) {
            types.add("number");
        } else {
            return rules.fixed("value");
        }
        if (schema.path("nullable").asBoolean() && !types.contains("null")) {
            types.add("null");
        }
        if (types.isEmpty()) {
            throw new SchemaException(place, "\"type\" is an empty list");
        }
        return either(
                types.stream().map(each -> ofType(each, schema, place, depth)).toList());
    }

    private String ofType(String type, JsonNode schema, String place, int depth) {
        return switch (type) {
            case "string" -> string(schema, place);
            case "integer" -> Numbers.integer(rules, schema, place);
            case "number" -> Numbers.number(rules, schema, place);
            case "boolean", "null" -> rules.fixed(type);
            case "object" -> object(schema, place, depth);
            case "array" -> array(schema, place, depth);
            default ->
                throw new SchemaException(place, "unrecognized type " + type + "; known: " + String.join(", ", TYPES));
        };
    }

    private static String either(List<String> alternatives) {
        return alternatives.size() == 1 ? alternatives.getFirst() : "(" + String.join(" | ", alternatives) + ")";
    }

    private String constant(JsonNode value) {
        return Rules.literal(value.toString());
    }

    private String enumeration(JsonNode values, String place) {
        if (!values.isArray() || values.isEmpty()) {
            throw new SchemaException(place, "\"enum\" must be a list with at least one value");
        }
        var literals = new ArrayList<String>();
        values.forEach(value -> literals.add(Rules.literal(value.toString())));
        return "(" + String.join(" | ", literals) + ")";
    }

    private String alternatives(JsonNode schema, String keyword, String place, int depth) {
        JsonNode branches = schema.get(keyword);
        if (!branches.isArray() || branches.isEmpty()) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a list with at least one schema");
        }
        var others = ((ObjectNode) schema.deepCopy());
        others.remove(keyword);
        others.remove(List.copyOf(DESCRIPTIVE));
        var expressions = new ArrayList<String>();
        for (int i = 0; i < branches.size(); i++) {
            JsonNode branch = branches.get(i);
            // Keywords beside anyOf hold for every branch.
            JsonNode whole = others.isEmpty() ? branch : merge(others, branch, place);
            expressions.add(schema(whole, place + "/" + keyword + "/" + i, depth + 1));
        }
        return either(expressions);
    }

    private String reference(String target, String place, int depth) {
        String known = references.get(target);
        if (known != null) {
            if (openReferences.contains(target)) {
                throw new SchemaException(place, "\"$ref\" " + target + " refers to itself and allows no value");
            }
            return known;
        }
        JsonNode definition = resolve(target, place);
        String name = rules.reserve(place);
        references.put(target, name);
        openReferences.add(target);
        // A reference met while only references and alternatives were followed cannot end: it consumes nothing.
        String body = schema(definition, target, depth + 1);
        openReferences.remove(target);
        rules.define(name, body);
        return name;
    }

    private JsonNode resolve(String target, String place) {
        if (!target.startsWith("#")) {
            throw new SchemaException(place, "\"$ref\" " + target + " is not within this schema; inline it");
        }
        JsonNode definition;
        try {
            definition = root.at(target.substring(1));
        } catch (IllegalArgumentException e) {
            throw new SchemaException(place, "\"$ref\" " + target + " is not a JSON pointer");
        }
        if (definition.isMissingNode()) {
            throw new SchemaException(place, "\"$ref\" " + target + " leads nowhere");
        }
        return definition;
    }

    private JsonNode merged(JsonNode schema, String place) {
        var whole = ((ObjectNode) schema.deepCopy());
        JsonNode parts = whole.remove("allOf");
        if (!parts.isArray()) {
            throw new SchemaException(place, "\"allOf\" must be a list of schemas");
        }
        JsonNode result = whole;
        for (JsonNode part : parts) {
            JsonNode plain = part.has("$ref") ? resolve(part.get("$ref").asText(), place) : part;
            result = merge((ObjectNode) result, plain, place);
        }
        return result;
    }

    /** Both schemas at once: properties and required add up; any other keyword may be in only one, or equal in both. */
    private static JsonNode merge(ObjectNode first, JsonNode second, String place) {
        if (!second.isObject()) {
            throw new SchemaException(place, "a schema must be an object, but is " + second);
        }
        ObjectNode both = first.deepCopy();
        for (var field : second.properties()) {
            JsonNode mine = both.get(field.getKey());
            if (mine == null || mine.equals(field.getValue()) || DESCRIPTIVE.contains(field.getKey())) {
                both.set(field.getKey(), field.getValue());
            } else if (field.getKey().equals("properties") && mine instanceof ObjectNode properties) {
                var sum = properties.deepCopy();
                field.getValue().properties().forEach(each -> sum.set(each.getKey(), each.getValue()));
                both.set("properties", sum);
            } else if (field.getKey().equals("required")) {
                var sum = JsonNodeFactory.instance.arrayNode();
                var seen = new HashSet<String>();
                mine.forEach(each -> sum.add(each.asText()));
                mine.forEach(each -> seen.add(each.asText()));
                field.getValue().forEach(each -> {
                    if (seen.add(each.asText())) {
                        sum.add(each.asText());
                    }
                });
                both.set("required", sum);
            } else {
                throw new SchemaException(place, "keyword \"" + field.getKey() + "\" has two different values here");
            }
        }
        return both;
    }

    private String string(JsonNode schema, String place) {
        if (schema.has("format")) {
            String format = schema.get("format").asText();
            String content = StringFormats.grammar(format)
                    .orElseThrow(() -> new SchemaException(
                            place, "\"format\" " + format + " is not supported; known: date, time, date-time, uuid"));
            return "\"\\\"\" " + content + " \"\\\"\"";
        }
        if (!schema.has("minLength") && !schema.has("maxLength")) {
            return rules.fixed("string");
        }
        String count = repetition(schema, "minLength", "maxLength", place);
        return "\"\\\"\" " + rules.fixed("char") + count + " \"\\\"\"";
    }

    private static String repetition(JsonNode schema, String least, String most, String place) {
        int from = bound(schema, least, 0, place);
        int to = bound(schema, most, -1, place);
        if (to >= 0 && from > to) {
            throw new SchemaException(place, "\"" + least + "\" is above \"" + most + "\"");
        }
        return "{" + from + "," + (to < 0 ? "" : to) + "}";
    }

    private static int bound(JsonNode schema, String keyword, int absent, String place) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return absent;
        }
        if (!value.canConvertToExactIntegral() || value.asLong() < 0 || value.asLong() > REPETITIONS_MAX) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a whole number from 0 to " + REPETITIONS_MAX);
        }
        return value.asInt();
    }

    private String array(JsonNode schema, String place, int depth) {
        // Inside brackets something is consumed before a reference comes round again.
        Set<String> outer = Set.copyOf(openReferences);
        openReferences.clear();
        String expression = arrayOf(schema, place, depth);
        openReferences.addAll(outer);
        return expression;
    }

    private String arrayOf(JsonNode schema, String place, int depth) {
        String space = rules.fixed("space");
        JsonNode tuple = schema.path("prefixItems").isArray() ? schema.get("prefixItems") : schema.path("items");
        if (tuple.isArray()) {
            var parts = new ArrayList<String>();
            for (int i = 0; i < tuple.size(); i++) {
                parts.add(schema(tuple.get(i), place + "/items/" + i, depth + 1));
            }
            return "\"[\" " + space + " " + String.join(" \",\" " + space + " ", parts) + " " + space + " \"]\"";
        }
        int least = bound(schema, "minItems", 0, place);
        int most = bound(schema, "maxItems", -1, place);
        if (most >= 0 && least > most) {
            throw new SchemaException(place, "\"minItems\" is above \"maxItems\"");
        }
        if (most == 0) {
            return "\"[\" " + space + " \"]\"";
        }
        String item =
                schema.has("items") ? schema(schema.get("items"), place + "/items", depth + 1) : rules.fixed("value");
        String more =
                "(\",\" " + space + " " + item + "){" + Math.max(0, least - 1) + "," + (most < 0 ? "" : most - 1) + "}";
        String items = item + " " + more;
        return "\"[\" " + space + " " + (least == 0 ? "(" + items + ")?" : items) + " " + space + " \"]\"";
    }

    private String object(JsonNode schema, String place, int depth) {
        Set<String> outer = Set.copyOf(openReferences);
        openReferences.clear();
        String expression = new ObjectGrammar(rules, (part, where) -> schema(part, where, depth + 1)).of(schema, place);
        openReferences.addAll(outer);
        return expression;
    }
}
