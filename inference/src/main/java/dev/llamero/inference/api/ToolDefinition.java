package dev.llamero.inference.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tool as a template sees it: only the keys that Ollama's own types keep, in the order of those types
 * (specification 11.1).
 */
final class ToolDefinition {
    private ToolDefinition() {}

    static Map<String, Object> read(GoStruct tool) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", tool.string("type"));
        put(map, "items", tool.any("items"));
        map.put("function", tool.struct("function", "api.ToolFunction", ToolDefinition::function));
        return map;
    }

    private static Map<String, Object> function(GoStruct function) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", function.string("name"));
        put(map, "description", function.string("description"));
        map.put("parameters", function.struct("parameters", "api.ToolFunctionParameters", ToolDefinition::parameters));
        return map;
    }

    private static Map<String, Object> parameters(GoStruct parameters) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", parameters.string("type"));
        put(map, "$defs", parameters.any("$defs"));
        put(map, "items", parameters.any("items"));
        put(map, "required", parameters.strings("required"));
        map.put("properties", properties(parameters));
        return map;
    }

    /** Null if there are none, which a template sees. */
    private static Map<String, Object> properties(GoStruct holder) {
        Map<String, Map<String, Object>> found = holder.members(
                "properties", "map[string]api.ToolProperty", "api.ToolProperty", ToolDefinition::property);
        return found == null ? null : new LinkedHashMap<>(found);
    }

    private static Map<String, Object> property(GoStruct property) {
        Map<String, Object> map = new LinkedHashMap<>();
        put(
                map,
                "anyOf",
                property.structs("anyOf", "[]api.ToolProperty", "api.ToolProperty", ToolDefinition::property));
        put(map, "type", property.custom("type", ToolDefinition::type));
        put(map, "items", property.any("items"));
        put(map, "description", property.string("description"));
        put(map, "enum", property.custom("enum", ToolDefinition::values));
        Map<String, Object> properties = properties(property);
        if (properties != null) {
            map.put("properties", properties);
        }
        put(map, "required", property.strings("required"));
        return map;
    }

    /** One type name, or a list of them; a list of one is written as a name. */
    private static Object type(JsonValue value) {
        Object plain = value.plain();
        if (plain instanceof String) {
            return plain;
        }
        if (plain instanceof List<?> names && names.stream().allMatch(String.class::isInstance)) {
            return names.size() == 1 ? names.getFirst() : names;
        }
        boolean list = value instanceof JsonValue.Arr;
        String kind = list
                ? ((JsonValue.Arr) value)
                        .items().stream()
                                .filter(item -> !(item instanceof JsonValue.Str))
                                .findFirst()
                                .orElse(value)
                                .kind()
                : value.kind();
        throw wrong(kind, "type", list ? "string" : "[]string");
    }

    private static Object values(JsonValue value) {
        if (!(value instanceof JsonValue.Arr)) {
            throw wrong(value.kind(), "enum", "[]interface {}");
        }
        return value.plain();
    }

    private static BadJsonException wrong(String kind, String field, String goType) {
        return new BadJsonException(
                "json: cannot unmarshal " + kind + " into Go struct field ToolFunctionParameters.tools.function"
                        + ".parameters.properties." + field + " of type " + goType);
    }

    private static void put(Map<String, Object> map, String key, Object value) {
        boolean empty = value == null
                || value.equals("")
                || value instanceof List<?> list && list.isEmpty()
                || value instanceof Map<?, ?> inner && inner.isEmpty();
        if (!empty) {
            map.put(key, value);
        }
    }
}
