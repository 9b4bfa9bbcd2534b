package dev.llamero.inference.api;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A JSON object read as a Go struct: keys match whatever their case, the last duplicate wins, null counts as absent,
 * and the first value of a wrong type, in document order, is the error.
 *
 * <p>Used by one thread. Structs inside share the outer one's {@link Errors}.
 */
final class GoStruct {
    private final byte[] body;
    private final JsonValue.Obj object;
    private final String type;
    private final String path;
    private final Errors errors;

    private GoStruct(byte[] body, JsonValue.Obj object, String type, String path, Errors errors) {
        this.body = body;
        this.object = object;
        this.type = type;
        this.path = path;
        this.errors = errors;
    }

    /**
     * Reads a body into a record. The body {@code null} is an empty object.
     *
     * @param goType name of the Go type with its package, {@code api.ChatRequest}
     */
    static <T> T read(byte[] body, String goType, Function<GoStruct, T> fields) {
        JsonValue root = GoJson.parse(body);
        if (root instanceof JsonValue.Null) {
            root = new JsonValue.Obj(List.of(), 0, 0);
        }
        if (!(root instanceof JsonValue.Obj object)) {
            throw new BadJsonException("json: cannot unmarshal " + shown(root) + " into Go value of type " + goType);
        }
        var errors = new Errors();
        T value = fields.apply(new GoStruct(body, object, goType.substring(goType.lastIndexOf('.') + 1), "", errors));
        errors.throwFirst();
        return value;
    }

    /** Throws the first fault of the fields read so far, for a reader that looks at values before the end. */
    void throwFaults() {
        errors.throwFirst();
    }

    /** The last value under a key that fits, or the fallback. */
    private <T> T field(String key, T fallback, Function<JsonValue, T> read) {
        T result = fallback;
        for (var member : object.members()) {
            if (member.key().equalsIgnoreCase(key) && !(member.value() instanceof JsonValue.Null)) {
                T value = read.apply(member.value());
                result = value == null ? result : value;
            }
        }
        return result;
    }

    private <T> T refuse(JsonValue value, String key, String goType) {
        errors.add(
                value.start(),
                "json: cannot unmarshal " + shown(value) + " into Go struct field " + type + "." + path + key
                        + " of type " + goType);
        return null;
    }

    private static String shown(JsonValue value) {
        return value.kind();
    }

    /** A string; "" if absent. */
    String string(String key) {
        return field(
                key, "", value -> value instanceof JsonValue.Str string ? string.text() : refuse(value, key, "string"));
    }

    /** A string that may be absent (null). */
    String stringOrNull(String key) {
        return field(
                key,
                null,
                value -> value instanceof JsonValue.Str string ? string.text() : refuse(value, key, "string"));
    }

    boolean bool(String key, boolean fallback) {
        return field(
                key,
                fallback,
                value -> value instanceof JsonValue.Bool bool ? bool.value() : refuse(value, key, "bool"));
    }

    /** A whole number; 0 if absent. */
    int integer(String key) {
        return field(key, 0, value -> integer(value, key));
    }

    private Integer integer(JsonValue value, String key) {
        if (!(value instanceof JsonValue.Num number)) {
            return refuse(value, key, "int");
        }
        try {
            long whole = new BigInteger(number.literal()).longValueExact();
            return Math.clamp(whole, Integer.MIN_VALUE, Integer.MAX_VALUE);
        } catch (NumberFormatException | ArithmeticException e) {
            errors.add(
                    value.start(),
                    "json: cannot unmarshal number " + number.literal() + " into Go struct field " + type + "." + path
                            + key + " of type int");
            return null;
        }
    }

    int[] integers(String key) {
        return field(key, null, value -> {
            if (!(value instanceof JsonValue.Arr array)) {
                return refuse(value, key, "[]int");
            }
            return array.items().stream()
                    .map(item -> item instanceof JsonValue.Null ? Integer.valueOf(0) : integer(item, key))
                    .mapToInt(item -> item == null ? 0 : item)
                    .toArray();
        });
    }

    List<String> strings(String key) {
        return list(key, "[]string", item -> switch (item) {
            case JsonValue.Str string -> string.text();
            case JsonValue.Null absent -> "";
            default -> refuse(item, key, "string");
        });
    }

    /** Base64 strings, decoded. */
    List<byte[]> images(String key) {
        return list(key, "[]api.ImageData", item -> {
            if (item instanceof JsonValue.Null) {
                return new byte[0];
            }
            if (!(item instanceof JsonValue.Str string)) {
                return refuse(item, key, "api.ImageData");
            }
            try {
                return GoBase64.decode(string.text());
            } catch (BadJsonException e) {
                errors.add(item.start(), e.getMessage());
                return null;
            }
        });
    }

    /** Any object as an ordered map; null if absent. */
    Map<String, Object> map(String key) {
        return field(key, null, value -> {
            if (!(value instanceof JsonValue.Obj)) {
                return refuse(value, key, "map[string]interface {}");
            }
            Map<String, Object> map = new LinkedHashMap<>();
            ((Map<?, ?>) value.plain()).forEach((name, item) -> map.put((String) name, item));
            return map;
        });
    }

    /** An object of strings as an ordered map; null if absent. */
    Map<String, String> texts(String key) {
        return field(key, null, value -> {
            if (!(value instanceof JsonValue.Obj inside)) {
                return refuse(value, key, "map[string]string");
            }
            Map<String, String> map = new LinkedHashMap<>();
            for (var member : inside.members()) {
                switch (member.value()) {
                    case JsonValue.Str string -> map.put(member.key(), string.text());
                    case JsonValue.Null absent -> map.put(member.key(), "");
                    default -> refuse(member.value(), key, "string");
                }
            }
            return map;
        });
    }

    /** Whatever stands there, as plain Java; null if absent. */
    Object any(String key) {
        return field(key, null, JsonValue::plain);
    }

    /** The text of the value as it was sent; null if absent. */
    String raw(String key) {
        return field(
                key,
                null,
                value -> new String(body, value.start(), value.end() - value.start(), StandardCharsets.UTF_8));
    }

    /** A value with rules of its own, which reports what is wrong with a {@link BadJsonException}. */
    <T> T custom(String key, Function<JsonValue, T> read) {
        return field(key, null, value -> {
            try {
                return read.apply(value);
            } catch (BadJsonException e) {
                errors.add(value.start(), e.getMessage());
                return null;
            }
        });
    }

    /** A struct inside; an empty one if absent. */
    <T> T struct(String key, String goType, Function<GoStruct, T> read) {
        T value = field(key, null, item -> inner(item, key, goType, read));
        return value == null
                ? read.apply(new GoStruct(body, new JsonValue.Obj(List.of(), 0, 0), type, path, errors))
                : value;
    }

    /** A list of structs. */
    <T> List<T> structs(String key, String listType, String goType, Function<GoStruct, T> read) {
        return list(key, listType, item -> inner(item, key, goType, read));
    }

    private <T> T inner(JsonValue given, String key, String goType, Function<GoStruct, T> read) {
        // In a list, null is an empty struct.
        JsonValue item =
                given instanceof JsonValue.Null ? new JsonValue.Obj(List.of(), given.start(), given.end()) : given;
        if (!(item instanceof JsonValue.Obj inside)) {
            // Its own decoder reads into a type that it calls so.
            return refuse(item, key, goType.equals("api.Message") ? "api.Alias" : goType);
        }
        // Errors inside a message name the request, as its own decoder is called from there; other structs name
        // themselves.
        boolean message = goType.equals("api.Message") || path.startsWith("messages.");
        String name = message ? type : goType.substring(goType.lastIndexOf('.') + 1);
        return read.apply(new GoStruct(body, inside, name, path + key + ".", errors));
    }

    /** Members of an object under a key, in order; null if absent. */
    <T> Map<String, T> members(String key, String mapType, String goType, Function<GoStruct, T> read) {
        return field(key, null, value -> {
            if (!(value instanceof JsonValue.Obj inside)) {
                return refuse(value, key, mapType);
            }
            Map<String, T> map = new LinkedHashMap<>();
            inside.members().forEach(member -> {
                T item = inner(member.value(), key, goType, read);
                if (item != null) {
                    map.put(member.key(), item);
                }
            });
            return map;
        });
    }

    private <T> List<T> list(String key, String listType, Function<JsonValue, T> read) {
        return field(key, List.<T>of(), value -> {
            if (!(value instanceof JsonValue.Arr array)) {
                return refuse(value, key, listType);
            }
            var items = new ArrayList<T>();
            for (JsonValue item : array.items()) {
                T read1 = read.apply(item);
                if (read1 != null) {
                    items.add(read1);
                }
            }
            return items;
        });
    }

    /** Faults found so far; the one that stands first in the document is told. */
    static final class Errors {
        private int position = Integer.MAX_VALUE;
        private String message;

        void add(int start, String text) {
            if (start < position) {
                position = start;
                message = text;
            }
        }

        void throwFirst() {
            if (message != null) {
                throw new BadJsonException(message);
            }
        }
    }
}
