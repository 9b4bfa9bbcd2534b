package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
    /** By these keywords the type is known where it is not said. */
    private static final List<String> OF_OBJECTS = List.of(
            "properties",
            "additionalProperties",
            "required",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties");

    private static final List<String> OF_ARRAYS =
            List.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems");
    private static final List<String> OF_STRINGS = List.of("minLength", "maxLength", "format", "pattern");
    private static final List<String> OF_NUMBERS =
            List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    private static final List<String> TYPES =
            List.of("string", "number", "integer", "boolean", "null", "object", "array");

    private final JsonNode root;
    private final Rules rules = new Rules();
    private final Map<String, String> references = new HashMap<>();
    private final Set<String> openReferences = new HashSet<>();
    /** How deep parts that hold at once are written into each other. */
    private int nested;

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
        refuseInfinite(schema);
        var grammar = new JsonSchemaGrammar(schema);
        String start = grammar.schema(schema, "#", 0);
        grammar.rules.requireEnds(grammar.references);
        return grammar.rules.text(start);
    }

    /** Numbers that are too large for a double cannot be compared. */
    private static void refuseInfinite(JsonNode schema) {
        var left = new ArrayDeque<JsonNode>(List.of(schema));
        while (!left.isEmpty()) {
            JsonNode node = left.pop();
            if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
                throw new SchemaException("#", "holds a number that is too large");
            }
            node.forEach(left::push);
        }
    }

    /** An expression for a schema: the name of a rule, or something that can stand in a sequence. */
    private String schema(JsonNode schema, String place, int depth) {
        String expression = expression(schema, place, depth);
        rules.count(place, expression);
        return expression;
    }

    private String expression(JsonNode schema, String place, int depth) {
        rules.count(place, "");
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
        Keywords.refuseUnkept(schema, place);
        if (schema.has("$ref")) {
            return beside(schema, "$ref")
                    ? schema(together(schema, place), place, depth + 1)
                    : reference(schema.get("$ref").asText(), place, depth);
        }
        if (schema.has("allOf")) {
            return schema(together(schema, place), place, depth + 1);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                return alternatives(schema, keyword, place, depth);
            }
        }
        if (schema.has("const") || schema.has("enum")) {
            return listed(schema, place);
        }
        return typed(schema, place, depth);
    }

    /** Whether keywords beside this one say something. */
    private static boolean beside(JsonNode schema, String keyword) {
        return schema.properties().stream()
                .anyMatch(field -> !field.getKey().equals(keyword) && Keywords.KNOWN.contains(field.getKey()));
    }

    /** The schema with what it refers to and all parts that hold at once written into it. */
    private ObjectNode together(JsonNode schema, String place) {
        ObjectNode whole = schema.deepCopy();
        var seen = new HashSet<String>();
        while (whole.has("$ref") || whole.has("allOf")) {
            rules.count(place, "");
            JsonNode reference = whole.remove("$ref");
            JsonNode parts = whole.remove("allOf");
            if (reference != null) {
                if (!seen.add(reference.asText())) {
                    throw new SchemaException(place, "\"$ref\" " + reference.asText() + " refers to itself");
                }
                whole = SchemaMerge.of(whole, resolve(reference.asText(), place), place);
            }
            if (parts == null) {
                continue;
            }
            if (!parts.isArray()) {
                throw new SchemaException(place, "\"allOf\" must be a list of schemas");
            }
            for (JsonNode part : parts) {
                boolean refers = part.has("$ref") || part.has("allOf");
                JsonNode plain = refers ? within(part, place) : part;
                whole = SchemaMerge.of(whole, plain, place);
            }
        }
        Keywords.refuseUnkept(whole, place);
        return whole;
    }

    private ObjectNode within(JsonNode part, String place) {
        if (++nested > DEPTH_MAX) {
            throw new SchemaException(
                    place, "\"allOf\" refers to itself or is nested more than " + DEPTH_MAX + " deep");
        }
        ObjectNode whole = together(part, place);
        nested--;
        return whole;
    }

    /** Whether a schema has no keywords but these and descriptive ones. */
    static boolean saysOnly(JsonNode schema, Set<String> keywords) {
        return schema.properties().stream()
                .allMatch(field -> !Keywords.KNOWN.contains(field.getKey()) || keywords.contains(field.getKey()));
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
        } else if (OF_OBJECTS.stream().anyMatch(schema::has)) {
            types.add("object");
        } else if (OF_ARRAYS.stream().anyMatch(schema::has)) {
            types.add("array");
        } else if (OF_STRINGS.stream().anyMatch(schema::has)) {
            types.add("string");
        } else if (OF_NUMBERS.stream().anyMatch(schema::has)) {
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
            case "string" -> StringGrammar.of(rules, schema, place);
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

    /** The listed values that keep the other keywords. */
    private static String listed(JsonNode schema, String place) {
        JsonNode values = schema.has("const")
                ? JsonNodeFactory.instance.arrayNode().add(schema.get("const"))
                : schema.get("enum");
        if (!values.isArray() || values.isEmpty()) {
            throw new SchemaException(place, "\"enum\" must be a list with at least one value");
        }
        for (var field : schema.properties()) {
            String keyword = field.getKey();
            if (Keywords.KNOWN.contains(keyword) && !ValueCheck.KEYWORDS.contains(keyword)) {
                throw new SchemaException(
                        place, "keyword \"" + keyword + "\" beside \"enum\" or \"const\" is not supported; remove it");
            }
        }
        var literals = new LinkedHashSet<String>();
        for (JsonNode value : values) {
            if (ValueCheck.fits(value, schema)) {
                literals.add(Rules.literal(value.toString()));
            }
        }
        if (literals.isEmpty()) {
            throw new SchemaException(place, "no value of \"enum\" or \"const\" keeps the other keywords");
        }
        return either(List.copyOf(literals));
    }

    private String alternatives(JsonNode schema, String keyword, String place, int depth) {
        JsonNode branches = schema.get(keyword);
        if (!branches.isArray() || branches.isEmpty()) {
            throw new SchemaException(place, "\"" + keyword + "\" must be a list with at least one schema");
        }
        var others = ((ObjectNode) schema.deepCopy());
        others.remove(keyword);
        others.remove(List.copyOf(Keywords.DESCRIPTIVE));
        var expressions = new ArrayList<String>();
        for (int i = 0; i < branches.size(); i++) {
            JsonNode branch = branches.get(i);
            // Keywords beside anyOf hold for every branch.
            JsonNode whole = others.isEmpty() ? branch : SchemaMerge.of(others, written(branch, place), place);
            expressions.add(schema(whole, place + "/" + keyword + "/" + i, depth + 1));
        }
        return either(expressions);
    }

    /** A branch that is only a reference is written out where other keywords hold beside it. */
    private JsonNode written(JsonNode branch, String place) {
        return branch.has("$ref") ? within(branch, place) : branch;
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
            definition = root.at(URLDecoder.decode(target.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new SchemaException(place, "\"$ref\" " + target + " is not a JSON pointer");
        }
        if (definition.isMissingNode()) {
            throw new SchemaException(place, "\"$ref\" " + target + " leads nowhere");
        }
        return definition;
    }

    private String array(JsonNode schema, String place, int depth) {
        // Inside brackets something is consumed before a reference comes round again.
        Set<String> outer = Set.copyOf(openReferences);
        openReferences.clear();
        String expression = new ArrayGrammar(rules, (part, where) -> schema(part, where, depth + 1)).of(schema, place);
        openReferences.addAll(outer);
        return expression;
    }

    private String object(JsonNode schema, String place, int depth) {
        Set<String> outer = Set.copyOf(openReferences);
        openReferences.clear();
        String expression = new ObjectGrammar(rules, (part, where) -> schema(part, where, depth + 1)).of(schema, place);
        openReferences.addAll(outer);
        return expression;
    }
}
