package dev.llamero.inference.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value as it stood in a request, with the place where it began and ended. Immutable.
 *
 * <p>Kept apart from Jackson's tree because Go's decoder, which clients see through its error texts, keeps duplicate
 * keys, their order and each value's raw text.
 */
public sealed interface JsonValue {
    /** Offset of the value's first byte. */
    int start();

    /** Offset just behind the value's last byte. */
    int end();

    /** Go's word for this kind of value in its error texts. */
    String kind();

    /** Members in document order, duplicates included. */
    record Obj(List<Member> members, int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "object";
        }
    }

    /** One key and its value. */
    record Member(String key, JsonValue value) {}

    /** Items of an array. */
    record Arr(List<JsonValue> items, int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "array";
        }
    }

    /** A string, unescaped. */
    record Str(String text, int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "string";
        }
    }

    /** A number as it was written. */
    record Num(String literal, int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "number";
        }
    }

    /** True or false. */
    record Bool(boolean value, int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "bool";
        }
    }

    /** The literal null. */
    record Null(int start, int end) implements JsonValue {
        @Override
        public String kind() {
            return "null";
        }
    }

    /** Deepest nesting of {@link #plain}, which recurses, as does what works with it. */
    int PLAIN_DEPTH_MAX = 200;

    /**
     * The value as plain Java: ordered maps, lists, strings, booleans, null, and numbers as Go's {@code any} would
     * print them: a {@link Long} where the number is whole and a double holds it exactly, else a {@link Double}.
     *
     * @throws BadJsonException if it is nested deeper than {@link #PLAIN_DEPTH_MAX}
     */
    default Object plain() {
        return plain(this, 0);
    }

    private static Object plain(JsonValue value, int depth) {
        if (depth > PLAIN_DEPTH_MAX) {
            throw new BadJsonException("nested deeper than " + PLAIN_DEPTH_MAX + " levels");
        }
        return switch (value) {
            case Obj object -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (Member member : object.members()) {
                    map.put(member.key(), plain(member.value(), depth + 1));
                }
                yield map;
            }
            case Arr array -> {
                List<Object> list = new ArrayList<>(array.items().size());
                for (JsonValue item : array.items()) {
                    list.add(plain(item, depth + 1));
                }
                yield list;
            }
            case Str string -> string.text();
            case Num number -> plainNumber(number.literal());
            case Bool bool -> bool.value();
            case Null ignored -> null;
        };
    }

    private static Number plainNumber(String literal) {
        double value = Double.parseDouble(literal);
        boolean exact = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return exact ? (Number) (long) value : (Number) value;
    }
}
