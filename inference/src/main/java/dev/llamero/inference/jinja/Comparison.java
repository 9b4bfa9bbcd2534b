package dev.llamero.inference.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Equality, order, membership and sorting with Python's rules. */
final class Comparison {
    private Comparison() {}

    static boolean equal(Render render, Object left, Object right) {
        if (left == right) {
            return !(left instanceof Double number && number.isNaN());
        }
        if (left == null || right == null) {
            return false;
        }
        if (isText(left) && isText(right)) {
            return text(left).equals(text(right));
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return isNan(left) || isNan(right) ? false : compareNumbers(left, right) == 0;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return equalMaps(render, a, b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return kind(a) == kind(b) && equalItems(render, a, b);
        }
        if (left instanceof DictView a && right instanceof DictView b && a.kind() != DictView.Kind.VALUES) {
            return a.kind() == b.kind() && a.size() == b.size() && containsAll(render, a, b);
        }
        return left instanceof Undefined && right instanceof Undefined || sameMethod(left, right);
    }

    private static boolean sameMethod(Object left, Object right) {
        return left instanceof BoundMethod a
                && right instanceof BoundMethod b
                && a.receiver() == b.receiver()
                && a.name().equals(b.name());
    }

    private static boolean containsAll(Render render, Collection<?> left, Collection<?> right) {
        for (Object item : left) {
            if (!containsItem(render, right.iterator(), item)) {
                return false;
            }
        }
        return true;
    }

    private static int kind(List<?> list) {
        return list instanceof Tuple ? 1 : list instanceof Range ? 2 : 0;
    }

    private static boolean equalItems(Render render, List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> others = right.iterator();
        for (Object item : left) {
            render.charge(1);
            Object other = others.next();
            if (item != other && !equal(render, item, other)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Render render, Map<?, ?> left, Map<?, ?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            render.charge(1);
            Object value = Dicts.get(right, entry.getKey());
            if (value == Activation.MISSING || value != entry.getValue() && !equal(render, entry.getValue(), value)) {
                return false;
            }
        }
        return true;
    }

    static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    static String text(Object value) {
        return value instanceof Markup markup ? markup.text() : (String) value;
    }

    private static boolean isNan(Object value) {
        return value instanceof Double number && number.isNaN();
    }

    private static int compareNumbers(Object left, Object right) {
        Long a = Numbers.small(left);
        Long b = Numbers.small(right);
        if (a != null && b != null) {
            return Long.compare(a, b);
        }
        if (left instanceof Double || right instanceof Double) {
            double x = left instanceof Double number ? number : Double.NaN;
            double y = right instanceof Double number ? number : Double.NaN;
            if (left instanceof Double && right instanceof Double) {
                return x < y ? -1 : x > y ? 1 : 0;
            }
            if (Double.isInfinite(x) || Double.isInfinite(y)) {
                return Double.isInfinite(x) ? (x > 0 ? 1 : -1) : (y > 0 ? -1 : 1);
            }
            return exact(left).compareTo(exact(right));
        }
        return Numbers.big(left).compareTo(Numbers.big(right));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double value ? new BigDecimal(value) : new BigDecimal(Numbers.big(number));
    }

    /** One of the operators {@code == != < <= > >= in}, {@code not in}. */
    static boolean test(Render render, String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> equal(render, left, right);
            case "!=" -> !equal(render, left, right);
            case "in" -> contains(render, right, left);
            case "not in" -> !contains(render, right, left);
            default -> ordered(render, operator, left, right);
        };
    }

    private static boolean ordered(Render render, String operator, Object left, Object right) {
        failUndefined(left, right);
        int order;
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            if (isNan(left) || isNan(right)) {
                return false;
            }
            order = compareNumbers(left, right);
        } else if (isText(left) && isText(right)) {
            order = compareText(text(left), text(right));
        } else if (left instanceof List<?> a && right instanceof List<?> b && kind(a) == kind(b) && kind(a) != 2) {
            return orderedItems(render, operator, a, b);
        } else {
            throw TemplateException.type("'" + operator + "' not supported between instances of '"
                    + PythonText.typeName(left) + "' and '" + PythonText.typeName(right) + "'");
        }
        return holds(operator, order);
    }

    private static boolean holds(String operator, int order) {
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static boolean orderedItems(Render render, String operator, List<?> left, List<?> right) {
        Iterator<?> a = left.iterator();
        Iterator<?> b = right.iterator();
        while (a.hasNext() && b.hasNext()) {
            render.charge(1);
            Object x = a.next();
            Object y = b.next();
            if (x != y && !equal(render, x, y)) {
                return ordered(render, operator, x, y);
            }
        }
        return holds(operator, Integer.compare(left.size(), right.size()));
    }

    static void failUndefined(Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.failure();
        }
    }

    /** By code points, as Python orders strings; Java's own order differs where surrogates are. */
    private static int compareText(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean high = Character.isSurrogate(a) != Character.isSurrogate(b);
                return high ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    static boolean contains(Render render, Object container, Object item) {
        if (isText(container)) {
            if (!isText(item)) {
                throw TemplateException.type(
                        "'in <string>' requires string as left operand, not " + PythonText.typeName(item));
            }
            render.charge(1 + (text(container).length() >> 6));
            return text(container).contains(text(item));
        }
        if (container instanceof Map<?, ?> map) {
            return Dicts.get(map, item) != Activation.MISSING;
        }
        if (container instanceof Range range && item instanceof Long number) {
            long offset = number - range.start();
            return offset % range.step() == 0 && offset / range.step() >= 0 && offset / range.step() < range.size();
        }
        if (!Sequences.isIterable(container)) {
            throw TemplateException.type("argument of type '" + PythonText.typeName(container) + "' is not iterable");
        }
        return containsItem(render, Sequences.iterate(render, container), item);
    }

    static boolean containsItem(Render render, Iterator<?> items, Object item) {
        while (items.hasNext()) {
            render.charge(1);
            Object other = items.next();
            if (other == item || equal(render, other, item)) {
                return true;
            }
        }
        return false;
    }

    /** Sorts by keys that were computed before; equal keys keep their order, also when reversed. */
    static List<Object> sorted(Render render, List<Object> items, List<Object> keys, boolean reverse) {
        int size = items.size();
        Integer[] order = new Integer[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        mergeSort(render, order, new Integer[size], 0, size, keys, reverse);
        List<Object> sorted = new ArrayList<>(size);
        for (Integer index : order) {
            sorted.add(items.get(index));
        }
        return sorted;
    }

    private static void mergeSort(
            Render render, Integer[] order, Integer[] spare, int from, int to, List<Object> keys, boolean reverse) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        mergeSort(render, order, spare, from, middle, keys, reverse);
        mergeSort(render, order, spare, middle, to, keys, reverse);
        System.arraycopy(order, from, spare, from, to - from);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            render.charge(1);
            boolean takeRight;
            if (left == middle || right == to) {
                takeRight = left == middle;
            } else {
                Object a = keys.get(spare[left]);
                Object b = keys.get(spare[right]);
                takeRight = reverse ? ordered(render, "<", a, b) : ordered(render, "<", b, a);
            }
            order[i] = takeRight ? spare[right++] : spare[left++];
        }
    }
}
