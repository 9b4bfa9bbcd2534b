package dev.llamero.inference.http;

import dev.llamero.inference.api.GoText;
import dev.llamero.inference.gotemplate.FloatText;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A parameter's value as Go prints it, for which every number is a double. */
final class ShownValue {
    private ShownValue() {}

    /** As {@code %v}: text as it is. */
    static String plain(Object value) {
        return switch (value) {
            case null -> "<nil>";
            case Number number -> number(number);
            case List<?> list -> list.stream().map(ShownValue::plain).collect(Collectors.joining(" ", "[", "]"));
            case Map<?, ?> map ->
                new TreeMap<>(map)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + ":" + plain(entry.getValue()))
                                .collect(Collectors.joining(" ", "map[", "]"));
            default -> value.toString();
        };
    }

    /** As {@code %#v}: text in quotes, lists and maps with their types. */
    static String literal(Object value) {
        return switch (value) {
            case null -> "<nil>";
            case String text -> GoText.quoted(text);
            case Number number -> number(number);
            case List<?> list ->
                list.stream().map(ShownValue::inside).collect(Collectors.joining(", ", "[]interface {}{", "}"));
            case Map<?, ?> map ->
                new TreeMap<>(map)
                        .entrySet().stream()
                                .map(entry -> GoText.quoted((String) entry.getKey()) + ":" + inside(entry.getValue()))
                                .collect(Collectors.joining(", ", "map[string]interface {}{", "}"));
            default -> value.toString();
        };
    }

    private static String inside(Object value) {
        return value == null ? "interface {}(nil)" : literal(value);
    }

    private static String number(Number number) {
        return FloatText.of(number.doubleValue(), 'g', -1);
    }
}
