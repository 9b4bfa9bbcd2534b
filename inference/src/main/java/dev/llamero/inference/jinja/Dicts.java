package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Dict keys with Python's idea of equal: {@code 1}, {@code 1.0} and {@code True} are one key. */
final class Dicts {
    private Dicts() {}

    /** The value, or {@link Activation#MISSING}. */
    static Object get(Map<?, ?> map, Object key) {
        Object found = find(map, key);
        return found == Activation.MISSING ? found : map.get(found);
    }

    /** Puts it as Python does: the first of equal keys stays, the last value wins. */
    static void put(Map<Object, Object> map, Object key, Object value) {
        Object found = find(map, key);
        map.put(found == Activation.MISSING ? key : found, value);
    }

    /** The map's own key that equals this one, or {@link Activation#MISSING}. */
    private static Object find(Map<?, ?> map, Object key) {
        if (key instanceof String || key == null) {
            return map.containsKey(key) ? key : Activation.MISSING;
        }
        Object plain = hashable(key);
        if (map.containsKey(plain)) {
            return plain;
        }
        if (plain instanceof Long number) {
            Object asFloat = number.doubleValue();
            Object asBoolean = number == 0 ? Boolean.FALSE : number == 1 ? Boolean.TRUE : Activation.MISSING;
            return map.containsKey(asBoolean) ? asBoolean : map.containsKey(asFloat) ? asFloat : Activation.MISSING;
        }
        return map.containsKey(key) ? key : Activation.MISSING;
    }

    /**
     * An object whose {@code equals} agrees with Python's for keys and sets; fails for lists and dicts, which cannot be
     * keys.
     */
    static Object hashable(Object value) {
        return switch (value) {
            case Markup markup -> markup.text();
            case Boolean flag -> flag ? 1L : 0L;
            case Double number
            when number == Math.rint(number) && !Double.isInfinite(number) ->
                Numbers.narrow(new java.math.BigDecimal(number).toBigInteger());
            case BigInteger number -> number;
            case Tuple tuple -> {
                Object[] items = new Object[tuple.size()];
                for (int i = 0; i < items.length; i++) {
                    items[i] = hashable(tuple.get(i));
                }
                yield Tuple.of(items);
            }
            case Range range -> range;
            case List<?> _, Map<?, ?> _ ->
                throw TemplateException.type("unhashable type: '" + PythonText.typeName(value) + "'");
            case null, default -> value;
        };
    }

    static Map<Object, Object> copyOf(Map<?, ?> map) {
        return new LinkedHashMap<>(map);
    }
}
