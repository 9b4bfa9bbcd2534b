package dev.llamero.inference.api;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The Go struct that Ollama decodes a body of another dialect into. Brings a body into the form that the dialects'
 * readers take: the first value alone, keys in their own case, no null that would stand for absent, whole UTF-8; and
 * tells values of a wrong type in the words of Go's decoder. What the struct has not passes as it is. Not changed once
 * it is built.
 */
final class GoShape {
    private final String type;
    private final Map<String, Type> fields = new LinkedHashMap<>();
    private Function<JsonValue.Obj, String> rule = object -> null;

    /** What a field holds. */
    sealed interface Type {
        /** {@code string}, {@code bool}, {@code int}, {@code float64} or {@code float32}. */
        record Scalar(String go) implements Type {}

        /** Whatever its own reader makes of it. */
        record Any() implements Type {}

        /** What Ollama does not read here: kept if it is of one of these kinds, else left out. */
        record Extra(Set<String> kinds) implements Type {}

        /**
         * A string, or a list of which Ollama takes the strings; left out if it is anything else.
         *
         * @param fault what is wrong with a list, or null
         */
        record Strings(Function<JsonValue.Arr, String> fault) implements Type {}

        /** A value with rules of its own. @param fault what is wrong with it, or null */
        record Checked(Function<JsonValue, String> fault) implements Type {}

        /** @param go the list's type, {@code []openai.Message} */
        record Items(String go, Type item) implements Type {}

        /** @param go the struct's type with its package */
        record Struct(String go, GoShape shape) implements Type {}
    }

    private static final Type ANY = new Type.Any();

    /** @param type name of the Go type with its package, {@code openai.ChatCompletionRequest} */
    GoShape(String type) {
        this.type = type;
    }

    /** Adds fields of one plain Go type. */
    GoShape with(String go, String... names) {
        for (String name : names) {
            fields.put(name, go.equals("any") ? ANY : new Type.Scalar(go));
        }
        return this;
    }

    /** Adds fields that Ollama ignores, and we keep where they are of a kind that means something. */
    GoShape extra(String name, String... kinds) {
        fields.put(name, new Type.Extra(Set.of(kinds)));
        return this;
    }

    /** Adds a field of strings: one, or a list of them beside what is none. */
    GoShape strings(String name, Function<JsonValue.Arr, String> fault) {
        fields.put(name, new Type.Strings(fault));
        return this;
    }

    /** Adds a rule for the whole object. @param fault what is wrong with it, or null */
    GoShape ruled(Function<JsonValue.Obj, String> fault) {
        this.rule = fault;
        return this;
    }

    /** Adds a field with rules of its own. */
    GoShape checked(String name, Function<JsonValue, String> fault) {
        fields.put(name, new Type.Checked(fault));
        return this;
    }

    /** Adds a struct inside. */
    GoShape with(String name, GoShape inside) {
        fields.put(name, new Type.Struct(inside.type, inside));
        return this;
    }

    /** Adds a list of structs. */
    GoShape withList(String name, GoShape item) {
        fields.put(name, new Type.Items("[]" + item.type, new Type.Struct(item.type, item)));
        return this;
    }

    /** Adds a list of values whose type decodes itself, by way of another one. */
    GoShape withList(String name, String go, GoShape item) {
        fields.put(name, new Type.Items("[]" + go, new Type.Struct(item.type, item)));
        return this;
    }

    /** Adds a list of plain values. */
    GoShape withList(String name, String go) {
        fields.put(name, new Type.Items("[]" + go, new Type.Scalar(go)));
        return this;
    }

    /**
     * The body as the dialects' readers take it; {@code null} is an empty object.
     *
     * @throws BadJsonException with Go's text
     */
    byte[] canonical(byte[] body) {
        JsonValue root = GoJson.parse(body);
        if (root instanceof JsonValue.Null) {
            return new byte[] {'{', '}'};
        }
        if (!(root instanceof JsonValue.Obj object)) {
            throw new BadJsonException("json: cannot unmarshal " + root.kind() + " into Go value of type " + type);
        }
        var errors = new GoStruct.Errors();
        var out = new Writer(body, errors);
        out.object(object, this, "");
        errors.throwFirst();
        byte[] bytes = out.bytes.toByteArray();
        return GoText.decoded(bytes, 0, bytes.length).getBytes(StandardCharsets.UTF_8);
    }

    private Map.Entry<String, Type> field(String key) {
        for (var field : fields.entrySet()) {
            if (field.getKey().equalsIgnoreCase(key)) {
                return field;
            }
        }
        return Map.entry(key, ANY);
    }

    private String name() {
        return type.startsWith("struct") ? "" : type.substring(type.lastIndexOf('.') + 1);
    }

    /** Writes what fits, and notes what does not. */
    private static final class Writer {
        private final byte[] body;
        private final GoStruct.Errors errors;
        private final ByteArrayOutputStream bytes;

        Writer(byte[] body, GoStruct.Errors errors) {
            this.body = body;
            this.errors = errors;
            this.bytes = new ByteArrayOutputStream(body.length);
        }

        void object(JsonValue.Obj object, GoShape shape, String path) {
            note(object, shape.rule.apply(object));
            Map<String, JsonValue> kept = new LinkedHashMap<>();
            for (JsonValue.Member member : object.members()) {
                var field = shape.field(member.key());
                if (isKept(member.value(), field.getValue())) {
                    kept.put(field.getKey(), member.value());
                }
            }
            String before = "{";
            for (var each : kept.entrySet()) {
                text(before + JsonText.of(each.getKey()) + ":");
                before = ",";
                value(each.getValue(), shape.field(each.getKey()).getValue(), shape.name(), path + each.getKey());
            }
            text(kept.isEmpty() ? "{}" : "}");
        }

        private static boolean isKept(JsonValue value, Type type) {
            return switch (type) {
                case Type.Extra extra -> extra.kinds().contains(value.kind());
                case Type.Strings strings -> value instanceof JsonValue.Str || value instanceof JsonValue.Arr;
                default -> !(value instanceof JsonValue.Null);
            };
        }

        private void value(JsonValue value, Type type, String owner, String path) {
            switch (type) {
                case Type.Any any -> raw(value);
                case Type.Extra extra -> raw(value);
                case Type.Strings strings -> strings(value, strings.fault());
                case Type.Checked checked -> {
                    note(value, checked.fault().apply(value));
                    raw(value);
                }
                case Type.Scalar scalar -> {
                    scalar(value, scalar.go(), owner, path);
                    raw(value);
                }
                case Type.Struct struct -> {
                    if (value instanceof JsonValue.Obj inside) {
                        object(inside, struct.shape(), path + ".");
                    } else if (value instanceof JsonValue.Null) {
                        text("{}");
                    } else {
                        refuse(value, value.kind(), struct.go(), owner, path);
                    }
                }
                case Type.Items items -> items(value, items, owner, path);
            }
        }

        private void items(JsonValue value, Type.Items type, String owner, String path) {
            if (!(value instanceof JsonValue.Arr array)) {
                refuse(value, value.kind(), type.go(), owner, path);
                return;
            }
            String before = "[";
            for (JsonValue item : array.items()) {
                text(before);
                before = ",";
                value(item, type.item(), owner, path);
            }
            text(array.items().isEmpty() ? "[]" : "]");
        }

        private void note(JsonValue value, String fault) {
            if (fault != null) {
                errors.add(value.start(), fault);
            }
        }

        private void strings(JsonValue value, Function<JsonValue.Arr, String> fault) {
            if (!(value instanceof JsonValue.Arr array)) {
                raw(value);
                return;
            }
            note(value, fault.apply(array));
            String before = "[";
            for (JsonValue item : array.items()) {
                if (item instanceof JsonValue.Str) {
                    text(before);
                    before = ",";
                    raw(item);
                }
            }
            text(before.equals("[") ? "[]" : "]");
        }

        private void scalar(JsonValue value, String go, String owner, String path) {
            boolean fits = switch (value) {
                case JsonValue.Str text -> go.equals("string");
                case JsonValue.Bool bool -> go.equals("bool");
                case JsonValue.Num number -> go.equals("int") || go.startsWith("float");
                case JsonValue.Null absent -> true;
                default -> false;
            };
            if (!fits) {
                refuse(value, value.kind(), go, owner, path);
            } else if (value instanceof JsonValue.Num number && !holds(number.literal(), go)) {
                refuse(value, "number " + number.literal(), go, owner, path);
            }
        }

        private static boolean holds(String literal, String go) {
            if (go.startsWith("float")) {
                double number = Double.parseDouble(literal);
                return !Double.isInfinite(go.equals("float32") ? (float) number : number);
            }
            // An exponent is no whole number for Go, whatever its value.
            if (literal.chars().anyMatch(digit -> digit == '.' || digit == 'e' || digit == 'E')) {
                return false;
            }
            return new BigDecimal(literal).toBigInteger().bitLength() < Long.SIZE;
        }

        private void refuse(JsonValue value, String kind, String go, String owner, String path) {
            errors.add(
                    value.start(),
                    "json: cannot unmarshal " + kind + " into Go struct field " + owner + "." + path + " of type "
                            + go);
        }

        private void raw(JsonValue value) {
            bytes.write(body, value.start(), value.end() - value.start());
        }

        private void text(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
