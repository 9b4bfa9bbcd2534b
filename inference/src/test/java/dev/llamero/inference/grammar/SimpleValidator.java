package dev.llamero.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.HashSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Says whether a value keeps a schema, straight from the words of JSON Schema 2020-12; shares nothing with the grammar.
 */
final class SimpleValidator {
    private final JsonNode root;

    SimpleValidator(JsonNode root) {
        this.root = root;
    }

    /** What is wrong; null if nothing is. */
    String fault(JsonNode schema, JsonNode value, String place) {
        if (schema.isBoolean()) {
            return schema.booleanValue() ? null : place + ": false";
        }
        for (var keyword : schema.properties()) {
            String fault = fault(keyword.getKey(), keyword.getValue(), schema, value, place);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String fault(String keyword, JsonNode arg, JsonNode schema, JsonNode value, String place) {
        boolean fine = switch (keyword) {
            case "type" -> type(arg, value);
            case "enum" -> contains(arg, value);
            case "const" -> arg.equals(value);
            case "minimum" -> !value.isNumber() || compare(value, arg) >= 0;
            case "maximum" -> !value.isNumber() || compare(value, arg) <= 0;
            case "exclusiveMinimum" -> !value.isNumber() || compare(value, arg) > 0;
            case "exclusiveMaximum" -> !value.isNumber() || compare(value, arg) < 0;
            case "multipleOf" ->
                !value.isNumber()
                        || value.decimalValue().remainder(arg.decimalValue()).signum() == 0;
            case "minLength" -> !value.isTextual() || length(value) >= arg.asInt();
            case "maxLength" -> !value.isTextual() || length(value) <= arg.asInt();
            case "pattern" ->
                !value.isTextual()
                        || Pattern.compile(arg.asText()).matcher(value.asText()).find();
            case "format" ->
                !value.isTextual()
                        || value.asText().equals(RandomSchemas.LISTED)
                        || format(arg.asText(), value.asText());
            case "minItems" -> !value.isArray() || value.size() >= arg.asInt();
            case "maxItems" -> !value.isArray() || value.size() <= arg.asInt();
            case "uniqueItems" -> !value.isArray() || !arg.asBoolean() || unique(value);
            case "minProperties" -> !value.isObject() || value.size() >= arg.asInt();
            case "maxProperties" -> !value.isObject() || value.size() <= arg.asInt();
            case "required" -> !value.isObject() || has(arg, value);
            case "anyOf", "oneOf" -> any(arg, value, place);
            default -> true;
        };
        if (!fine) {
            return place + ": " + keyword + " " + arg + " is not kept by " + value;
        }
        return switch (keyword) {
            case "$ref" -> fault(root.at(arg.asText().substring(1)), value, place);
            case "allOf" -> all(arg, value, place);
            case "properties", "patternProperties", "additionalProperties" ->
                keyword.equals("properties") || !schema.has("properties") ? members(schema, value, place) : null;
            case "propertyNames" -> names(arg, value, place);
            case "items", "prefixItems" -> items(schema, value, place);
            default -> null;
        };
    }

    private static int compare(JsonNode a, JsonNode b) {
        return a.decimalValue().compareTo(b.decimalValue());
    }

    private static int length(JsonNode value) {
        return value.asText().codePointCount(0, value.asText().length());
    }

    private static boolean type(JsonNode arg, JsonNode value) {
        if (arg.isArray()) {
            for (JsonNode each : arg) {
                if (type(each, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (arg.asText()) {
            case "integer" ->
                value.isNumber()
                        && value.decimalValue().remainder(BigDecimal.ONE).signum() == 0;
            case "number" -> value.isNumber();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "object" -> value.isObject();
            default -> value.isArray();
        };
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode each : list) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean unique(JsonNode list) {
        var seen = new HashSet<JsonNode>();
        for (JsonNode each : list) {
            if (!seen.add(each)) {
                return false;
            }
        }
        return true;
    }

    private static boolean has(JsonNode names, JsonNode value) {
        for (JsonNode name : names) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        return true;
    }

    private boolean any(JsonNode branches, JsonNode value, String place) {
        for (JsonNode branch : branches) {
            if (fault(branch, value, place) == null) {
                return true;
            }
        }
        return false;
    }

    private String all(JsonNode branches, JsonNode value, String place) {
        for (JsonNode branch : branches) {
            String fault = fault(branch, value, place);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String members(JsonNode schema, JsonNode value, String place) {
        if (!value.isObject()) {
            return null;
        }
        for (var member : value.properties()) {
            boolean known = false;
            String fault = null;
            if (schema.path("properties").has(member.getKey())) {
                known = true;
                fault = fault(schema.path("properties").get(member.getKey()), member.getValue(), place);
            }
            for (var pattern : schema.path("patternProperties").properties()) {
                if (Pattern.compile(pattern.getKey()).matcher(member.getKey()).find()) {
                    known = true;
                    fault = fault == null ? fault(pattern.getValue(), member.getValue(), place) : fault;
                }
            }
            if (!known && schema.has("additionalProperties")) {
                fault = fault(schema.get("additionalProperties"), member.getValue(), place);
            }
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String names(JsonNode schema, JsonNode value, String place) {
        for (var member : value.properties()) {
            JsonNode name = com.fasterxml.jackson.databind.node.TextNode.valueOf(member.getKey());
            String fault = fault(schema, name, place);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String items(JsonNode schema, JsonNode value, String place) {
        JsonNode first = schema.path("prefixItems");
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            JsonNode item = i < first.size() ? first.get(i) : schema.path("items");
            String fault = item.isMissingNode() ? null : fault(item, value.get(i), place);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static boolean format(String format, String text) {
        try {
            return switch (format) {
                case "date" -> LocalDate.parse(text) != null;
                case "time" -> OffsetTime.parse(text) != null;
                case "date-time" -> OffsetDateTime.parse(text) != null;
                case "uuid" -> UUID.fromString(text).toString().equalsIgnoreCase(text);
                case "ipv4" -> text.matches("((\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])(\\.(?!$)|$)){4}");
                case "ipv6" ->
                    text.contains(":") && java.net.InetAddress.getByName(text).getAddress().length >= 4;
                case "email" -> text.matches("[^@\\s.][^@\\s]*@[^@\\s]+\\.[A-Za-z]+") && !text.contains("..");
                case "uri" -> java.net.URI.create(text).getScheme() != null;
                case "hostname" -> text.length() < 254 && text.matches("[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]?");
                default -> true;
            };
        } catch (DateTimeException | IllegalArgumentException | java.net.UnknownHostException e) {
            return false;
        }
    }
}
