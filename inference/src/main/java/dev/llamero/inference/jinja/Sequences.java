package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Truth, length, iteration, indexes and slices of values. */
final class Sequences {
    private Sequences() {}

    static boolean truth(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            case Long number -> number != 0;
            case Double number -> number != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case DictView view -> !view.isEmpty();
            case LoopContext loop -> loop.length() > 0;
            case Undefined _ -> false;
            default -> true;
        };
    }

    /** {@code len(value)}, or -1 where the value has none. */
    static int lengthOrMinusOne(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Markup markup -> markup.text().codePointCount(0, markup.text().length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case DictView view -> view.size();
            case LoopContext loop -> loop.length();
            case Undefined _ -> 0;
            case null, default -> -1;
        };
    }

    static int length(Object value) {
        int length = lengthOrMinusOne(value);
        if (length < 0) {
            throw TemplateException.type("object of type '" + PythonText.typeName(value) + "' has no len()");
        }
        return length;
    }

    static boolean isIterable(Object value) {
        return switch (value) {
            case String _, Markup _, List<?> _, Map<?, ?> _, DictView _, Lazy _, Undefined _ -> true;
            case LoopContext _ -> true;
            case null, default -> false;
        };
    }

    @SuppressWarnings("unchecked")
    static Iterator<Object> iterate(Render render, Object value) {
        return switch (value) {
            case List<?> list -> (Iterator<Object>) list.iterator();
            case Map<?, ?> map -> (Iterator<Object>) map.keySet().iterator();
            case String text -> characters(text);
            case Markup markup -> characters(markup.text());
            case DictView view -> view.iterator();
            case Lazy lazy -> lazy.items();
            case Undefined _ -> Collections.emptyIterator();
            case LoopContext loop -> loop.rest();
            case null, default ->
                throw TemplateException.type("'" + PythonText.typeName(value) + "' object is not iterable");
        };
    }

    private static Iterator<Object> characters(String text) {
        return new Iterator<>() {
            private int position;

            @Override
            public boolean hasNext() {
                return position < text.length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int start = position;
                position += Character.charCount(text.codePointAt(start));
                return text.substring(start, position);
            }
        };
    }

    /** A new list of what the value yields. */
    static List<Object> list(Render render, Object value) {
        List<Object> items = new ArrayList<>(Math.max(lengthOrMinusOne(value), 8));
        Iterator<Object> iterator = iterate(render, value);
        while (iterator.hasNext()) {
            render.charge(1);
            items.add(iterator.next());
        }
        return items;
    }

    /** {@code value[index]} of a sequence; {@link Activation#MISSING} where it has no such element. */
    static Object item(Object value, Object key) {
        if (!Numbers.isInteger(key)) {
            return Activation.MISSING;
        }
        int index = Numbers.index(key);
        if (value instanceof List<?> list) {
            int at = index < 0 ? index + list.size() : index;
            return at >= 0 && at < list.size() ? list.get(at) : Activation.MISSING;
        }
        if (Comparison.isText(value)) {
            String text = Comparison.text(value);
            int at = index < 0 ? index + text.codePointCount(0, text.length()) : index;
            int start = offset(text, at);
            if (at < 0 || start >= text.length()) {
                return Activation.MISSING;
            }
            String character = text.substring(start, start + Character.charCount(text.codePointAt(start)));
            return value instanceof Markup ? new Markup(character) : character;
        }
        return Activation.MISSING;
    }

    /** Index in chars of the code point with this number; the text's length or more where there is none. */
    static int offset(String text, int codePoints) {
        if (codePoints <= 0) {
            return 0;
        }
        if (codePoints >= text.length()) {
            return text.length();
        }
        int position = 0;
        for (int i = 0; i < codePoints && position < text.length(); i++) {
            position += Character.isHighSurrogate(text.charAt(position))
                            && position + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(position + 1))
                    ? 2
                    : 1;
        }
        return position;
    }

    /** The part of the text between two code points, as {@code text[from:to]} without negative numbers. */
    static String part(String text, int from, int to) {
        int start = offset(text, from);
        return text.substring(start, Math.max(start, offset(text, to)));
    }

    static Object slice(Render render, Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(value instanceof List<?>) && !Comparison.isText(value)) {
            String type = PythonText.typeName(value);
            throw TemplateException.type(
                    value instanceof Map<?, ?>
                            ? "unhashable type: 'slice'"
                            : "'" + type + "' object is not subscriptable");
        }
        int length = length(value);
        String message = "slice indices must be integers or None or have an __index__ method";
        int by = step == null ? 1 : Numbers.index(step, message);
        if (by == 0) {
            throw TemplateException.value("slice step cannot be zero");
        }
        int from = bound(start, by > 0 ? 0 : length - 1, length, by, message);
        int to = bound(stop, by > 0 ? length : -1, length, by, message);
        int count =
                by > 0 ? (int) Math.ceilDiv((long) to - from, by) : (int) Math.ceilDiv((long) from - to, -(long) by);
        count = Math.max(count, 0);
        render.charge(1 + count / 4);
        if (Comparison.isText(value)) {
            String text = textSlice(Comparison.text(value), from, to, by, count);
            return value instanceof Markup ? new Markup(text) : text;
        }
        List<?> list = (List<?>) value;
        if (value instanceof Range range) {
            long first = range.start() + from * range.step();
            long last = range.start() + to * range.step();
            return Range.of(first, last, range.step() * by, Integer.MAX_VALUE);
        }
        List<Object> part = new ArrayList<>(count);
        for (int i = 0, at = from; i < count; i++, at += by) {
            part.add(list.get(at));
        }
        return value instanceof Tuple ? Tuple.copyOf(part) : part;
    }

    private static int bound(Object given, int missing, int length, int step, String message) {
        if (given == null) {
            return missing;
        }
        if (given instanceof Undefined) {
            throw TemplateException.type(message);
        }
        int index = Numbers.index(given, message);
        if (index < 0) {
            index = index < -length ? -1 : index + length;
            return index < 0 ? (step > 0 ? 0 : -1) : index;
        }
        return index >= length ? (step > 0 ? length : length - 1) : index;
    }

    private static String textSlice(String text, int from, int to, int step, int count) {
        if (step == 1) {
            return part(text, from, to);
        }
        int[] codePoints = text.codePoints().toArray();
        StringBuilder out = new StringBuilder(count);
        for (int i = 0, at = from; i < count; i++, at += step) {
            out.appendCodePoint(codePoints[at]);
        }
        return out.toString();
    }

    /** Unpacks the value into exactly so many items. */
    static Object[] unpack(Render render, Object value, int count) {
        if (!isIterable(value)) {
            throw TemplateException.type("cannot unpack non-iterable " + PythonText.typeName(value) + " object");
        }
        Iterator<Object> iterator = iterate(render, value);
        Object[] items = new Object[count];
        for (int i = 0; i < count; i++) {
            if (!iterator.hasNext()) {
                throw TemplateException.value("not enough values to unpack (expected " + count + ", got " + i + ")");
            }
            items[i] = iterator.next();
        }
        if (iterator.hasNext()) {
            throw TemplateException.value("too many values to unpack (expected " + count + ")");
        }
        return items;
    }

    /** {@code value * count} for a string or list. */
    static Object repeat(Render render, Object value, Object count) {
        int times = Math.max(0, Numbers.index(count));
        if (Comparison.isText(value)) {
            String text = Comparison.text(value);
            render.chargeText((long) text.length() * times);
            String repeated = text.repeat(times);
            return value instanceof Markup ? new Markup(repeated) : repeated;
        }
        List<?> list = (List<?>) value;
        render.charge(BigInteger.valueOf(list.size())
                .multiply(BigInteger.valueOf(times))
                .min(BigInteger.valueOf(Long.MAX_VALUE >> 1))
                .longValue());
        List<Object> repeated = new ArrayList<>(list.size() * times);
        for (int i = 0; i < times; i++) {
            repeated.addAll(list);
        }
        return value instanceof Tuple ? Tuple.copyOf(repeated) : repeated;
    }
}
