package dev.llamero.inference.gotemplate;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A value with its Go type. Immutable.
 *
 * @param type null for no value at all
 * @param data as its kind says ({@link GoType.Kind})
 */
record GoValue(GoType type, Object data) {
    /** No value, as of a key that is not there. */
    static final GoValue NONE = new GoValue(null, null);
    /** Stands for the argument that a pipeline did not hand over. */
    static final GoValue MISSING = new GoValue(new GoType("template.missingValType", GoType.Kind.STRUCT, null), null);

    static final GoValue NIL = new GoValue(GoType.ANY, null);

    static GoValue of(boolean value) {
        return new GoValue(GoType.BOOL, value);
    }

    static GoValue of(long value) {
        return new GoValue(GoType.INT, value);
    }

    static GoValue of(double value) {
        return new GoValue(GoType.FLOAT64, value);
    }

    /** @param bytes a string of bytes */
    static GoValue ofBytes(String bytes) {
        return new GoValue(GoType.STRING, bytes);
    }

    static GoValue ofText(String text) {
        return new GoValue(GoType.STRING, GoString.of(text));
    }

    /** A slice; null makes a nil slice. */
    static GoValue ofItems(GoType type, List<GoValue> items) {
        return new GoValue(type, items == null ? null : GoSlice.of(items));
    }

    static GoValue pointer(GoType type, GoValue target) {
        return new GoValue(type, target);
    }

    /** The same in a variable of type any. */
    GoValue boxed() {
        return type == null ? NIL : isKind(GoType.Kind.INTERFACE) ? this : new GoValue(GoType.ANY, this);
    }

    /** What JSON decodes to in a variable of type any: numbers are float64. */
    static GoValue ofJson(Object plain) {
        return switch (plain) {
            case null -> NONE;
            case Boolean value -> of(value);
            case Number value -> of(value.doubleValue());
            case List<?> list ->
                ofItems(
                        GoType.ANYS,
                        list.stream().map(item -> ofJson(item).boxed()).toList());
            case Map<?, ?> map -> ofJsonMap(GoType.ANY_MAP, map);
            default -> ofText(plain.toString());
        };
    }

    /** A map from string to any; null makes a nil map. */
    static GoValue ofJsonMap(GoType type, Map<?, ?> map) {
        if (map == null) {
            return new GoValue(type, null);
        }
        var data = new TreeMap<String, GoValue>();
        map.forEach((key, value) ->
                data.put(GoString.of(key.toString()), ofJson(value).boxed()));
        return new GoValue(type, data);
    }

    boolean isValid() {
        return type != null;
    }

    boolean isKind(GoType.Kind kind) {
        return type != null && type.kind() == kind;
    }

    GoType.Kind kind() {
        return type == null ? null : type.kind();
    }

    String typeName() {
        return type.name();
    }

    GoValue inner() {
        return data == null ? NONE : (GoValue) data;
    }

    /** What an interface holds; other values as they are. */
    GoValue unboxed() {
        return isKind(GoType.Kind.INTERFACE) ? inner() : this;
    }

    boolean bool() {
        return (Boolean) data;
    }

    long integer() {
        return (Long) data;
    }

    double real() {
        return (Double) data;
    }

    String bytes() {
        return (String) data;
    }

    /** Elements of a slice; empty for a nil one. */
    GoSlice slice() {
        return data == null ? GoSlice.EMPTY : (GoSlice) data;
    }

    /** Entries of a map in the order of its keys; empty for a nil one. */
    @SuppressWarnings("unchecked")
    SortedMap<String, GoValue> map() {
        return data == null ? new TreeMap<>() : (SortedMap<String, GoValue>) data;
    }

    GoValue field(int index) {
        return ((GoValue[]) data)[index];
    }

    GoSequence sequence() {
        return (GoSequence) data;
    }

    /** Whether it is a pointer, interface, slice or map that is nil, or no value at all. */
    boolean isNil() {
        return data == null;
    }

    /** Without the pointers and interfaces around it; stops at a nil one. */
    GoValue indirect() {
        GoValue value = this;
        while ((value.isKind(GoType.Kind.POINTER) || value.isKind(GoType.Kind.INTERFACE)) && value.data != null) {
            value = value.inner();
        }
        return value;
    }

    boolean isNilPointer() {
        return data == null && (isKind(GoType.Kind.POINTER) || isKind(GoType.Kind.INTERFACE));
    }

    /** Whether a condition holds. */
    boolean isTrue() {
        if (type == null) {
            return false;
        }
        return switch (type.kind()) {
            case BOOL -> bool();
            case INT, UINT8 -> integer() != 0;
            case FLOAT64 -> real() != 0;
            case STRING -> !bytes().isEmpty();
            case SLICE -> slice().length() > 0;
            case MAP -> !map().isEmpty();
            case STRUCT -> true;
            case POINTER, INTERFACE, FUNC -> data != null;
        };
    }
}
