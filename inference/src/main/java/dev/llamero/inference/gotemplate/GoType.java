package dev.llamero.inference.gotemplate;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A Go type: what error texts call it, how it is built, what methods templates can call. Immutable once defined. */
final class GoType {
    /** How values of a type are held in {@link GoValue#data}. */
    enum Kind {
        /** Boolean. */
        BOOL,
        /** Long. */
        INT,
        /** Long from 0 to 255. */
        UINT8,
        /** Double. */
        FLOAT64,
        /** String of bytes. */
        STRING,
        /** {@link GoSlice}, or null. */
        SLICE,
        /** SortedMap from string of bytes to GoValue, or null. */
        MAP,
        /** GoValue[], one per field. */
        STRUCT,
        /** GoValue pointed at, or null. */
        POINTER,
        /** GoValue of another kind, or null. */
        INTERFACE,
        /** {@link GoSequence}. */
        FUNC
    }

    /**
     * A field.
     *
     * @param key its key in JSON
     * @param omitsEmpty whether JSON leaves it out when it is empty
     */
    record Field(String name, GoType type, String key, boolean omitsEmpty) {
        boolean isExported() {
            return Character.isUpperCase(name.charAt(0));
        }
    }

    /**
     * A method.
     *
     * @param arguments how many it takes; those that a template can call take none
     * @param badSignature null, or why a template cannot call it
     */
    record Method(int arguments, String badSignature, Function<GoValue, GoValue> body) {}

    static final GoType BOOL = new GoType("bool", Kind.BOOL, null);
    static final GoType INT = new GoType("int", Kind.INT, null);
    static final GoType UINT8 = new GoType("uint8", Kind.UINT8, null);
    static final GoType FLOAT64 = new GoType("float64", Kind.FLOAT64, null);
    static final GoType STRING = new GoType("string", Kind.STRING, null);
    static final GoType ANY = new GoType("interface {}", Kind.INTERFACE, null);
    static final GoType BYTES = sliceOf(UINT8);
    static final GoType ANYS = sliceOf(ANY);
    static final GoType STRINGS = sliceOf(STRING);
    static final GoType ANY_MAP = mapOf(ANY);

    private final String name;
    private final Kind kind;
    private final GoType element;
    private List<Field> fields = List.of();
    private Map<String, Method> methods = Map.of();
    private Function<GoValue, String> stringer;
    private Function<GoValue, String> marshaler;

    GoType(String name, Kind kind, GoType element) {
        this.name = name;
        this.kind = kind;
        this.element = element;
    }

    static GoType sliceOf(GoType element) {
        return new GoType("[]" + element.name, Kind.SLICE, element);
    }

    static GoType mapOf(GoType element) {
        return new GoType("map[string]" + element.name, Kind.MAP, element);
    }

    static GoType pointerTo(GoType element) {
        return new GoType("*" + element.name, Kind.POINTER, element);
    }

    GoType fields(Field... all) {
        fields = List.of(all);
        return this;
    }

    GoType methods(Map<String, Method> all) {
        methods = Map.copyOf(all);
        return this;
    }

    /** With a String method, which printing calls. */
    GoType stringer(Function<GoValue, String> function) {
        stringer = function;
        return this;
    }

    /** With a method that JSON calls. */
    GoType marshaler(Function<GoValue, String> function) {
        marshaler = function;
        return this;
    }

    String name() {
        return name;
    }

    Kind kind() {
        return kind;
    }

    GoType element() {
        return element;
    }

    List<Field> fields() {
        return fields;
    }

    Method method(String wanted) {
        return methods.get(wanted);
    }

    Function<GoValue, String> stringer() {
        return stringer;
    }

    Function<GoValue, String> marshaler() {
        return marshaler;
    }

    /** Index of a field; -1 if there is none. */
    int field(String wanted) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether values of the type can be compared with each other. */
    boolean isComparable() {
        return switch (kind) {
            case SLICE, MAP, FUNC -> false;
            case STRUCT -> fields.stream().allMatch(field -> field.type.isComparable());
            default -> true;
        };
    }

    /** Its zero value. */
    GoValue zero() {
        return switch (kind) {
            case BOOL -> new GoValue(this, false);
            case INT, UINT8 -> new GoValue(this, 0L);
            case FLOAT64 -> new GoValue(this, 0.0);
            case STRING -> new GoValue(this, "");
            case STRUCT ->
                new GoValue(
                        this, fields.stream().map(field -> field.type.zero()).toArray(GoValue[]::new));
            default -> new GoValue(this, null);
        };
    }
}
