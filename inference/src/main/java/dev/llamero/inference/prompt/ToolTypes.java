package dev.llamero.inference.prompt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of a request's tools and the types of their parameters, for calls whose values are written as plain text.
 * Immutable.
 */
public final class ToolTypes {
    public static final ToolTypes NONE = new ToolTypes(Map.of());

    private final Map<String, Map<String, Object>> tools;

    private ToolTypes(Map<String, Map<String, Object>> tools) {
        this.tools = tools;
    }

    /** @param tools each as a template sees it */
    public static ToolTypes of(List<Map<String, Object>> tools) {
        Map<String, Map<String, Object>> types = new LinkedHashMap<>();
        for (Map<String, Object> tool : tools) {
            Map<?, ?> function = map(tool.get("function"));
            if (function.get("name") instanceof String name) {
                Map<String, Object> properties = new LinkedHashMap<>();
                map(map(function.get("parameters")).get("properties"))
                        .forEach((key, property) -> properties.put(
                                String.valueOf(key),
                                String.valueOf(map(property).get("type"))));
                types.put(name, properties);
            }
        }
        return new ToolTypes(types);
    }

    private static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    boolean isEmpty() {
        return tools.isEmpty();
    }

    List<String> names() {
        return List.copyOf(tools.keySet());
    }

    boolean has(String name) {
        return tools.containsKey(name);
    }

    /** The tool that a model means: names are told to some models with other characters for those not allowed. */
    String known(String name) {
        if (has(name)) {
            return name;
        }
        return tools.keySet().stream()
                .filter(tool -> tool.replaceAll("[^A-Za-z0-9_]", "_").equals(name))
                .findFirst()
                .orElse(name);
    }

    /** A value that the model wrote as text: a string where the tool wants one, else what it is as JSON. */
    Object value(String tool, String parameter, String text) {
        boolean wantsText = "string".equals(tools.getOrDefault(tool, Map.of()).get(parameter));
        return wantsText ? text : CallBody.json(text.strip()).orElse(text);
    }
}
