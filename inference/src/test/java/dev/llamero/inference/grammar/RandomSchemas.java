package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Schemas as people and programs write them, and odder ones, from a seed. */
final class RandomSchemas {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Beside listed values a format only describes, as JSON Schema has it; this one keeps none. */
    static final String LISTED = "x";

    private static final String[] PATTERNS = {
        "^[a-z]+$",
        "^\\d{3}-\\d{4}$",
        "^(red|green|blue)$",
        "b",
        "^a|z$",
        "[^\\s\"]{2,5}",
        "^\\w+@\\w+\\.com$",
        "^.$",
        "^(?:x|yy)*\\/$",
        "^[\\u00e0-\\u00ff]?$",
        "(?=a)b",
        "a{2,",
        "^[\\t\\n]$"
    };
    private static final String[] FORMATS = {
        "date", "time", "date-time", "uuid", "ipv4", "ipv6", "email", "uri", "hostname", "duration", "unknown"
    };
    private static final String[] NAMES = {"a", "ab", "b", "name", "\"q\"", "\u00e9", "x-1"};

    private final Random random;

    RandomSchemas(Random random) {
        this.random = random;
    }

    JsonNode next() {
        ObjectNode root = any(0);
        ObjectNode definitions = NODES.objectNode();
        definitions.set("t", any(2));
        ObjectNode list = NODES.objectNode();
        list.put("type", "object");
        ObjectNode properties = list.putObject("properties");
        properties.set("v", any(3));
        ArrayNode either = properties.putObject("next").putArray("anyOf");
        either.addObject().put("$ref", "#/$defs/n");
        either.addObject().put("type", "null");
        list.putArray("required").add("v");
        definitions.set("n", list);
        root.set("$defs", definitions);
        return root;
    }

    private ObjectNode any(int depth) {
        ObjectNode schema = NODES.objectNode();
        switch (random.nextInt(depth > 3 ? 6 : 13)) {
            case 0 -> string(schema);
            case 1 -> number(schema, "integer");
            case 2 -> number(schema, "number");
            case 3 -> schema.put("type", random.nextBoolean() ? "boolean" : "null");
            case 4 -> listed(schema);
            case 5 -> schema.putArray("type").add("string").add("null");
            case 6, 7, 8 -> object(schema, depth);
            case 9 -> array(schema, depth);
            case 10 -> {
                ArrayNode branches = schema.putArray(random.nextBoolean() ? "anyOf" : "allOf");
                branches.add(any(depth + 1));
                branches.add(any(depth + 1));
                if (random.nextInt(3) == 0) {
                    string(schema);
                }
            }
            case 11 -> schema.put("$ref", random.nextBoolean() ? "#/$defs/t" : "#/$defs/n");
            default -> {
                object(schema, depth);
                ObjectNode part = NODES.objectNode();
                object(part, depth + 1);
                schema.putArray("allOf").add(part);
            }
        }
        return schema;
    }

    private void string(ObjectNode schema) {
        schema.put("type", "string");
        switch (random.nextInt(6)) {
            case 0 -> schema.put("pattern", text(PATTERNS));
            case 1 -> schema.put("format", FORMATS[random.nextInt(FORMATS.length)]);
            case 2 -> {
                schema.put("pattern", text(PATTERNS));
                schema.put("maxLength", random.nextInt(8));
            }
            default -> {
                schema.put("minLength", random.nextInt(4));
                schema.put("maxLength", random.nextInt(8));
            }
        }
    }

    private String text(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void number(ObjectNode schema, String type) {
        schema.put("type", type);
        String[] lower = {"minimum", "exclusiveMinimum"};
        String[] upper = {"maximum", "exclusiveMaximum"};
        if (random.nextInt(3) > 0) {
            schema.put(lower[random.nextInt(2)], value());
        }
        if (random.nextInt(3) > 0) {
            schema.put(upper[random.nextInt(2)], value());
        }
        if (random.nextInt(4) == 0) {
            schema.put(
                    "multipleOf",
                    new java.math.BigDecimal(new String[] {"1", "3", "0.5", "0.01", "0.3", "7"}[random.nextInt(6)]));
        }
    }

    private java.math.BigDecimal value() {
        return java.math.BigDecimal.valueOf(random.nextInt(-2_000, 3_000), random.nextInt(4));
    }

    private void listed(ObjectNode schema) {
        ArrayNode values = schema.putArray("enum");
        values.add(LISTED).add(random.nextInt(100)).addNull();
        values.addObject().put("k", "\u4e2d");
        if (random.nextBoolean()) {
            schema.put("type", List.of("string", "integer", "object").get(random.nextInt(3)));
        }
    }

    private void object(ObjectNode schema, int depth) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = NODES.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = text(NAMES);
            properties.set(name, any(depth + 1));
            if (random.nextBoolean()) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        switch (random.nextInt(8)) {
            case 0 -> schema.put("additionalProperties", random.nextBoolean());
            case 1 -> schema.set("additionalProperties", any(depth + 1));
            case 2 -> {
                schema.remove("properties");
                schema.remove("required");
                schema.putObject("patternProperties").set("^x-[a-z]+$", any(depth + 1));
                schema.put("additionalProperties", false);
            }
            case 3 -> {
                schema.remove("properties");
                schema.remove("required");
                schema.putObject("propertyNames").put("pattern", "^k[0-9]$");
                schema.put("maxProperties", 3);
            }
            case 4 -> schema.put("minProperties", random.nextInt(3));
            default -> {}
        }
    }

    private void array(ObjectNode schema, int depth) {
        schema.put("type", "array");
        if (random.nextInt(3) == 0) {
            schema.putArray("prefixItems").add(any(depth + 1)).add(any(depth + 1));
        }
        if (random.nextInt(4) > 0) {
            schema.set("items", any(depth + 1));
        }
        if (random.nextBoolean()) {
            schema.put("minItems", random.nextInt(4));
        }
        if (random.nextBoolean()) {
            schema.put("maxItems", random.nextInt(5));
        }
        if (random.nextInt(4) == 0) {
            schema.putObject("items").putArray("enum").add("p").add("q").add(3).add("p");
            schema.put("uniqueItems", true);
        }
    }
}
