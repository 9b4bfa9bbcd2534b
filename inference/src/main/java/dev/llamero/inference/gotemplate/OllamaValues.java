package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.OllamaTemplate.Call;
import dev.llamero.inference.gotemplate.OllamaTemplate.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Messages and tools as values of the types that Ollama gives to templates. */
final class OllamaValues {
    private OllamaValues() {}

    static GoValue messages(List<Message> messages) {
        return list(
                OllamaTypes.MESSAGES,
                messages.isEmpty() ? null : messages,
                message -> GoValue.pointer(OllamaTypes.MESSAGE_POINTER, message(message)));
    }

    private static GoValue message(Message message) {
        List<byte[]> images = message.images().isEmpty() ? null : message.images();
        List<Call> calls = message.toolCalls().isEmpty() ? null : message.toolCalls();
        return OllamaTypes.struct(
                OllamaTypes.MESSAGE,
                GoValue.ofText(message.role()),
                GoValue.ofText(message.content()),
                GoValue.ofText(message.thinking()),
                list(OllamaTypes.IMAGES, images, OllamaTypes::image),
                list(OllamaTypes.CALLS, calls, OllamaValues::call),
                GoValue.ofText(message.toolName()),
                GoValue.ofText(message.toolCallId()));
    }

    private static GoValue call(Call call) {
        return OllamaTypes.struct(
                OllamaTypes.CALL,
                GoValue.ofText(call.id()),
                OllamaTypes.struct(
                        OllamaTypes.CALL_FUNCTION,
                        GoValue.of(call.index()),
                        GoValue.ofText(call.name()),
                        GoValue.ofJsonMap(OllamaTypes.ARGUMENTS, call.arguments())));
    }

    /** @param tools each as in the request; null for none */
    static GoValue tools(List<Map<String, Object>> tools) {
        return list(OllamaTypes.TOOLS, tools, OllamaValues::tool);
    }

    private static GoValue tool(Map<String, Object> tool) {
        Map<?, ?> function = map(tool.get("function"));
        return OllamaTypes.struct(
                OllamaTypes.TOOL,
                text(tool.get("type")),
                GoValue.ofJson(tool.get("items")).boxed(),
                OllamaTypes.struct(
                        OllamaTypes.TOOL_FUNCTION,
                        text(function.get("name")),
                        text(function.get("description")),
                        parameters(map(function.get("parameters")))));
    }

    private static GoValue parameters(Map<?, ?> parameters) {
        return OllamaTypes.struct(
                OllamaTypes.PARAMETERS,
                text(parameters.get("type")),
                GoValue.ofJson(parameters.get("$defs")).boxed(),
                GoValue.ofJson(parameters.get("items")).boxed(),
                strings(GoType.STRINGS, parameters.get("required")),
                properties(parameters.get("properties")));
    }

    private static GoValue properties(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return OllamaTypes.PROPERTIES.zero();
        }
        return new GoValue(OllamaTypes.PROPERTIES, new TreeMap<>(entries(map)));
    }

    private static Map<String, GoValue> entries(Map<?, ?> map) {
        var entries = new LinkedHashMap<String, GoValue>();
        map.forEach((key, value) -> entries.put(GoString.of(key.toString()), property(map(value))));
        return entries;
    }

    private static GoValue property(Map<?, ?> property) {
        GoType anyOf = OllamaTypes.PROPERTY.fields().getFirst().type();
        return OllamaTypes.struct(
                OllamaTypes.PROPERTY,
                list(anyOf, listOrNull(property.get("anyOf")), item -> property(map(item))),
                types(property.get("type")),
                GoValue.ofJson(property.get("items")).boxed(),
                text(property.get("description")),
                list(
                        GoType.ANYS,
                        listOrNull(property.get("enum")),
                        item -> GoValue.ofJson(item).boxed()),
                property.get("properties") instanceof Map<?, ?> inner
                        ? OllamaTypes.propertyMap(entries(inner))
                        : OllamaTypes.PROPERTY_MAP_POINTER.zero(),
                strings(GoType.STRINGS, property.get("required")));
    }

    private static GoValue types(Object value) {
        return strings(OllamaTypes.PROPERTY_TYPE, value instanceof String name ? List.of(name) : value);
    }

    private static GoValue strings(GoType type, Object value) {
        return list(type, listOrNull(value), OllamaValues::text);
    }

    private static List<?> listOrNull(Object value) {
        return value instanceof List<?> list ? list : null;
    }

    private static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static GoValue text(Object value) {
        return GoValue.ofText(value == null ? "" : value.toString());
    }

    private static <T> GoValue list(GoType type, List<T> items, Function<T, GoValue> value) {
        return GoValue.ofItems(
                type, items == null ? null : items.stream().map(value).toList());
    }
}
