package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks the caller's variables: only plain values come in, and numbers in the two widths that templates know. */
final class Inputs {
    private static final int DEPTH_MAX = 200;

    private Inputs() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> of(Map<String, Object> variables) {
        return (Map<String, Object>) canonical(variables, 0);
    }

    /** The same object where nothing has to change, else a copy. */
    private static Object canonical(Object value, int depth) {
        if (depth > DEPTH_MAX) {
            throw TemplateException.limit("variables are nested deeper than %d levels", DEPTH_MAX);
        }
        return switch (value) {
            case null -> null;
            case String _, Boolean _, Long _, Double _ -> value;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case Float number -> Double.parseDouble(number.toString());
            case BigInteger number -> Numbers.narrow(number);
            case Map<?, ?> map -> map(map, depth);
            case List<?> list -> list(list, depth);
            default ->
                throw TemplateException.type(
                        "a variable of the Java type " + value.getClass().getName() + " cannot be used in a template");
        };
    }

    private static Object map(Map<?, ?> map, int depth) {
        Map<Object, Object> copy = null;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String)) {
                throw TemplateException.type("the keys of a variable's map must be strings");
            }
            Object item = canonical(entry.getValue(), depth + 1);
            if (item != entry.getValue()) {
                copy = copy == null ? new LinkedHashMap<>(map) : copy;
                copy.put(entry.getKey(), item);
            }
        }
        return copy == null ? map : copy;
    }

    private static Object list(List<?> list, int depth) {
        List<Object> copy = null;
        int index = 0;
        for (Object value : list) {
            Object item = canonical(value, depth + 1);
            if (item != value) {
                copy = copy == null ? new ArrayList<>(list) : copy;
                copy.set(index, item);
            }
            index++;
        }
        return copy == null ? list : copy;
    }
}
