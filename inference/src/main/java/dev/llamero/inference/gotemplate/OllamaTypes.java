package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Field;
import dev.llamero.inference.gotemplate.GoType.Kind;
import dev.llamero.inference.gotemplate.GoType.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The types of Ollama that templates see, with their names in Go, their JSON and their methods. */
final class OllamaTypes {
    static final GoType IMAGE = new GoType("api.ImageData", Kind.SLICE, GoType.UINT8);
    static final GoType IMAGES = GoType.sliceOf(IMAGE);
    /** One name, or several; prints and marshals as one if it is one. */
    static final GoType PROPERTY_TYPE = new GoType("api.PropertyType", Kind.SLICE, GoType.STRING)
            .stringer(OllamaTypes::propertyTypeText)
            .marshaler(OllamaTypes::propertyTypeJson);

    static final GoType PROPERTY = new GoType("api.ToolProperty", Kind.STRUCT, null);
    /** Properties in their order; its first field holds a {@link GoSequence}. */
    static final GoType PROPERTY_MAP = new GoType("api.ToolPropertiesMap", Kind.STRUCT, null);

    static final GoType PROPERTY_MAP_POINTER = GoType.pointerTo(PROPERTY_MAP);
    static final GoType PROPERTIES =
            new GoType("template.templateProperties", Kind.MAP, PROPERTY).stringer(OllamaTypes::mapText);
    static final GoType PARAMETERS = new GoType("template.templateToolFunctionParameters", Kind.STRUCT, null)
            .fields(
                    new Field("Type", GoType.STRING, "type", false),
                    new Field("Defs", GoType.ANY, "$defs", true),
                    new Field("Items", GoType.ANY, "items", true),
                    new Field("Required", GoType.STRINGS, "required", true),
                    new Field("Properties", PROPERTIES, "properties", false));
    static final GoType TOOL_FUNCTION = new GoType("template.templateToolFunction", Kind.STRUCT, null)
            .fields(
                    new Field("Name", GoType.STRING, "name", false),
                    new Field("Description", GoType.STRING, "description", false),
                    new Field("Parameters", PARAMETERS, "parameters", false));
    static final GoType TOOL = new GoType("template.templateTool", Kind.STRUCT, null)
            .fields(
                    new Field("Type", GoType.STRING, "type", false),
                    new Field("Items", GoType.ANY, "items", true),
                    new Field("Function", TOOL_FUNCTION, "function", false))
            .stringer(JsonWriter::write);
    static final GoType TOOLS = new GoType("template.templateTools", Kind.SLICE, TOOL).stringer(JsonWriter::write);
    static final GoType ARGUMENTS =
            new GoType("template.templateArgs", Kind.MAP, GoType.ANY).stringer(OllamaTypes::mapText);
    static final GoType CALL_FUNCTION = new GoType("template.templateToolCallFunction", Kind.STRUCT, null)
            .fields(
                    new Field("Index", GoType.INT, "Index", false),
                    new Field("Name", GoType.STRING, "Name", false),
                    new Field("Arguments", ARGUMENTS, "Arguments", false));
    static final GoType CALL = new GoType("template.templateToolCall", Kind.STRUCT, null)
            .fields(
                    new Field("ID", GoType.STRING, "ID", false),
                    new Field("Function", CALL_FUNCTION, "Function", false));
    static final GoType CALLS = GoType.sliceOf(CALL);
    static final GoType MESSAGE = new GoType("template.templateMessage", Kind.STRUCT, null)
            .fields(
                    new Field("Role", GoType.STRING, "Role", false),
                    new Field("Content", GoType.STRING, "Content", false),
                    new Field("Thinking", GoType.STRING, "Thinking", false),
                    new Field("Images", IMAGES, "Images", false),
                    new Field("ToolCalls", CALLS, "ToolCalls", false),
                    new Field("ToolName", GoType.STRING, "ToolName", false),
                    new Field("ToolCallID", GoType.STRING, "ToolCallID", false));
    static final GoType MESSAGE_POINTER = GoType.pointerTo(MESSAGE);
    static final GoType MESSAGES = GoType.sliceOf(MESSAGE_POINTER);

    private static final GoType PLAIN_PROPERTY_MAP = GoType.mapOf(PROPERTY);
    private static final GoType SEQUENCE =
            new GoType("iter.Seq2[string,github.com/ollama/ollama/api.ToolProperty]", Kind.FUNC, null);

    static {
        PROPERTY.fields(
                new Field("AnyOf", GoType.sliceOf(PROPERTY), "anyOf", true),
                new Field("Type", PROPERTY_TYPE, "type", true),
                new Field("Items", GoType.ANY, "items", true),
                new Field("Description", GoType.STRING, "description", true),
                new Field("Enum", GoType.ANYS, "enum", true),
                new Field("Properties", PROPERTY_MAP_POINTER, "properties", true),
                new Field("Required", GoType.STRINGS, "required", true));
        PROPERTY_MAP.fields(new Field("om", GoType.pointerTo(SEQUENCE), "om", false));
        PROPERTY_MAP.marshaler(value -> JsonWriter.object(entries(value)));
        defineMethods();
    }

    private OllamaTypes() {}

    private static void defineMethods() {
        for (GoType type : List.of(PROPERTIES, TOOL, TOOLS, ARGUMENTS)) {
            type.methods(Map.of(
                    "String", method(value -> GoValue.ofBytes(type.stringer().apply(value)))));
        }
        Method unmarshal = new Method(1, "UnmarshalJSON cannot be called here", value -> value);
        PROPERTY_TYPE.methods(Map.of(
                "String", method(value -> GoValue.ofBytes(propertyTypeText(value))),
                "MarshalJSON", method(value -> bytes(propertyTypeJson(value))),
                "UnmarshalJSON", unmarshal));
        PROPERTY.methods(Map.of("ToTypeScriptType", method(value -> GoValue.ofBytes(typeScript(value)))));
        PROPERTY_MAP.methods(Map.of(
                "Len", method(value -> GoValue.of(entries(value).size())),
                "All", method(value -> new GoValue(SEQUENCE, new GoSequence(entries(value)))),
                "ToMap", method(OllamaTypes::plainMap),
                "MarshalJSON", method(value -> bytes(JsonWriter.write(value))),
                "UnmarshalJSON", unmarshal,
                "Get",
                        new Method(
                                1,
                                "invalid function signature for Get: second return value should be error; is bool",
                                value -> value),
                "Set", new Method(2, "function Set has 0 return values; should be 1 or 2", value -> value)));
    }

    private static Method method(Function<GoValue, GoValue> body) {
        return new Method(0, null, body);
    }

    /** Entries of a map of properties, or of a nil pointer to one. */
    private static Map<String, GoValue> entries(GoValue map) {
        return map.isNil() ? Map.of() : map.field(0).inner().sequence().entries();
    }

    private static GoValue plainMap(GoValue map) {
        return new GoValue(PLAIN_PROPERTY_MAP, map.isNil() ? null : new java.util.TreeMap<>(entries(map)));
    }

    private static GoValue bytes(String bytes) {
        var items = new ArrayList<GoValue>(bytes.length());
        bytes.chars().forEach(c -> items.add(new GoValue(GoType.UINT8, (long) c)));
        return GoValue.ofItems(GoType.BYTES, items);
    }

    static GoValue image(byte[] image) {
        return new GoValue(IMAGE, bytes(GoString.ofBytes(image)).data());
    }

    static GoValue struct(GoType type, GoValue... fields) {
        return new GoValue(type, fields);
    }

    /** A pointer to properties in this order. */
    static GoValue propertyMap(Map<String, GoValue> entries) {
        GoValue sequence = new GoValue(SEQUENCE, new GoSequence(entries));
        GoValue om = GoValue.pointer(PROPERTY_MAP.fields().getFirst().type(), sequence);
        return GoValue.pointer(PROPERTY_MAP_POINTER, struct(PROPERTY_MAP, om));
    }

    private static String mapText(GoValue map) {
        return map.isNil() ? "{}" : JsonWriter.write(map);
    }

    private static String propertyTypeText(GoValue type) {
        List<GoValue> names = type.slice().items();
        return switch (names.size()) {
            case 0 -> "";
            case 1 -> names.getFirst().bytes();
            default -> Printer.print(new GoValue(GoType.STRINGS, type.data()));
        };
    }

    private static String propertyTypeJson(GoValue type) {
        List<GoValue> names = type.slice().items();
        return JsonWriter.write(names.size() == 1 ? names.getFirst() : new GoValue(GoType.STRINGS, type.data()));
    }

    /** The TypeScript type of a property; any for everything else. */
    static String typeScript(GoValue value) {
        GoValue property = value.isKind(Kind.POINTER) && !value.isNil() ? value.inner() : value;
        if (property.type() != PROPERTY) {
            return "any";
        }
        List<GoValue> anyOf = property.field(0).slice().items();
        if (!anyOf.isEmpty()) {
            return String.join(
                    " | ", anyOf.stream().map(OllamaTypes::typeScript).toList());
        }
        List<String> names = property.field(1).slice().items().stream()
                .map(name -> typeScriptName(name.bytes()))
                .toList();
        return names.isEmpty() ? "any" : String.join(" | ", names);
    }

    private static String typeScriptName(String type) {
        return switch (type) {
            case "string", "boolean", "null" -> type;
            case "number", "integer" -> "number";
            case "array" -> "any[]";
            case "object" -> "Record<string, any>";
            default -> "any";
        };
    }
}
