package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Set;

/** Whether a listed value keeps the simple keywords beside its list. */
final class ValueCheck {
    /** What is checked here; beside other keywords a list of values is not supported. */
    static final Set<String> KEYWORDS = Set.of(
            "enum",
            "const",
            "type",
            "nullable",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minItems",
            "maxItems",
            "format");

    private ValueCheck() {}

    static boolean fits(JsonNode value, JsonNode schema) {
        return hasType(value, schema)
                && isListed(value, schema)
                && (!value.isTextual()
                        || counts(
                                value.asText().codePointCount(0, value.asText().length()), schema, "Length"))
                && (!value.isArray() || counts(value.size(), schema, "Items"))
                && (!value.isNumber() || inRange(value.decimalValue(), schema));
    }

    private static boolean isListed(JsonNode value, JsonNode schema) {
        if (schema.has("const") && !schema.get("const").equals(value)) {
            return false;
        }
        if (!schema.has("enum")) {
            return true;
        }
        for (JsonNode listed : schema.get("enum")) {
            if (listed.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasType(JsonNode value, JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isMissingNode() || value.isNull() && schema.path("nullable").asBoolean()) {
            return true;
        }
        if (type.isTextual()) {
            return isOf(value, type.asText());
        }
        for (JsonNode each : type) {
            if (isOf(value, each.asText())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(JsonNode value, String type) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isNumber() && isWhole(value.decimalValue());
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            default -> false;
        };
    }

    private static boolean isWhole(BigDecimal number) {
        return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    }

    private static boolean counts(int count, JsonNode schema, String what) {
        return count >= schema.path("min" + what).asInt(0)
                && count <= schema.path("max" + what).asInt(Integer.MAX_VALUE);
    }

    private static boolean inRange(BigDecimal number, JsonNode schema) {
        return (!schema.path("minimum").isNumber()
                        || number.compareTo(schema.get("minimum").decimalValue()) >= 0)
                && (!schema.path("maximum").isNumber()
                        || number.compareTo(schema.get("maximum").decimalValue()) <= 0)
                && (!schema.path("exclusiveMinimum").isNumber()
                        || number.compareTo(schema.get("exclusiveMinimum").decimalValue()) > 0)
                && (!schema.path("exclusiveMaximum").isNumber()
                        || number.compareTo(schema.get("exclusiveMaximum").decimalValue()) < 0)
                && (!schema.path("multipleOf").isNumber()
                        || schema.get("multipleOf").decimalValue().signum() <= 0
                        || number.remainder(schema.get("multipleOf").decimalValue())
                                        .signum()
                                == 0);
    }
}
