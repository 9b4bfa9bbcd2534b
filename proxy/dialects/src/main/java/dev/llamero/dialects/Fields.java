package dev.llamero.dialects;

import static dev.llamero.dialects.DialectException.badField;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Optional;

/**
 * Typed access to the fields of one JSON object. An absent field and {@code null} are the same; a wrong type is an
 * error that names the field by its whole path.
 *
 * @param path of the object itself, empty for the request
 */
record Fields(JsonNode object, String path) {
    static Fields of(JsonNode node, String path) {
        if (!node.isObject()) {
            throw badField(path, path + " must be an object, not " + describe(node));
        }
        return new Fields(node, path);
    }

    Optional<JsonNode> any(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Optional<String> text(String name) {
        return any(name).map(value -> {
            if (!value.isTextual()) {
                throw wrongType(name, "a string", value);
            }
            return value.textValue();
        });
    }

    String requiredText(String name) {
        return text(name).filter(value -> !value.isEmpty()).orElseThrow(() -> missing(name, "a string"));
    }

    Optional<Boolean> flag(String name) {
        return any(name).map(value -> {
            if (!value.isBoolean()) {
                throw wrongType(name, "true or false", value);
            }
            return value.booleanValue();
        });
    }

    Optional<JsonNode> number(String name) {
        return any(name).map(value -> {
            if (!value.isNumber()) {
                throw wrongType(name, "a number", value);
            }
            return value;
        });
    }

    /** A whole number; {@code 5.0} counts as one, as JavaScript clients may write it. */
    Optional<Long> integer(String name, long min, long max) {
        return number(name).map(value -> {
            boolean whole = value.canConvertToExactIntegral() && value.canConvertToLong();
            if (!whole || value.longValue() < min || value.longValue() > max) {
                throw badField(
                        at(name),
                        at(name) + " must be a whole number from " + min + " to " + max + ", not " + value.asText());
            }
            return value.longValue();
        });
    }

    Optional<ArrayNode> list(String name) {
        return any(name).map(value -> {
            if (!value.isArray()) {
                throw wrongType(name, "a list", value);
            }
            return (ArrayNode) value;
        });
    }

    Optional<Fields> nested(String name) {
        return any(name).map(value -> of(value, at(name)));
    }

    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    DialectException missing(String name, String what) {
        return badField(at(name), at(name) + " is missing; it must be " + what);
    }

    DialectException wrongType(String name, String what, JsonNode value) {
        return badField(at(name), at(name) + " must be " + what + ", not " + describe(value));
    }

    static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "null";
        };
    }
}
