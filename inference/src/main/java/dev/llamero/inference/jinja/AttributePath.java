package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code attribute} argument of filters: a name, a number, or a path of them with dots. */
final class AttributePath {
    private final List<Object> parts;

    private AttributePath(List<Object> parts) {
        this.parts = parts;
    }

    /** One path; null and nothing mean the item itself. */
    static AttributePath of(Object attribute) {
        if (attribute == Signature.ABSENT || attribute == null) {
            return new AttributePath(List.of());
        }
        if (!Comparison.isText(attribute)) {
            return new AttributePath(List.of(attribute));
        }
        List<Object> parts = new ArrayList<>();
        for (String part : Comparison.text(attribute).split("\\.", -1)) {
            boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
            parts.add(number ? Numbers.parseInt(part, 10) : part);
        }
        return new AttributePath(parts);
    }

    /** The paths of a list that is separated by commas. */
    static List<AttributePath> manyOf(Object attribute) {
        if (!Comparison.isText(attribute)) {
            return List.of(of(attribute));
        }
        List<AttributePath> paths = new ArrayList<>();
        for (String path : Comparison.text(attribute).split(",", -1)) {
            paths.add(of(path));
        }
        return paths;
    }

    /** The item's value at this path; {@code otherwise}, unless it is null, stands for undefined on the way. */
    Object of(Object item, Object otherwise) {
        Object value = item;
        for (Object part : parts) {
            value = Attributes.item(value, part);
            if (otherwise != null && value instanceof Undefined) {
                value = otherwise;
            }
        }
        return value;
    }

    /** Strings in lower case unless case matters. */
    static Object folded(Object value, boolean caseSensitive) {
        return !caseSensitive && Comparison.isText(value)
                ? Comparison.text(value).toLowerCase(Locale.ROOT)
                : value;
    }
}
