package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** The words of JSON Schema: what only describes, what a grammar keeps, and what it cannot keep. */
final class Keywords {
    static final Set<String> DESCRIPTIVE = Set.of(
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
            "contentSchema",
            "discriminator",
            "externalDocs",
            "xml",
            "unevaluatedProperties",
            "unevaluatedItems",
            "strict");

    /** What a grammar keeps. */
    static final Set<String> KNOWN = Set.of(
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
            "multipleOf",
            "pattern",
            "additionalItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
            "patternProperties",
            "propertyNames",
            "nullable");

    private static final Set<String> UNKEPT = Set.of(
            "not",
            "if",
            "then",
            "else",
            "contains",
            "minContains",
            "maxContains",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "$dynamicRef",
            "$recursiveRef");

    private Keywords() {}

    /** What JSON Schema has no word for says nothing, as there; its own words are kept or refused. */
    static void refuseUnkept(JsonNode schema, String place) {
        for (var field : schema.properties()) {
            if (UNKEPT.contains(field.getKey())) {
                throw new SchemaException(place, "keyword \"" + field.getKey() + "\" is not supported; remove it");
            }
        }
    }
}
