package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Methods of dicts, lists and tuples that only read. */
final class ContainerMethods {
    static final Set<String> DICT = Set.of("get", "items", "keys", "values", "copy", "fromkeys");
    static final Set<String> LIST = Set.of("index", "count", "copy");
    static final Set<String> TUPLE = Set.of("index", "count");

    private static final Signature GET = Signature.of("get", "/key default?");
    private static final Signature NOTHING = Signature.of("dict method", "/");
    private static final Signature VALUE = Signature.of("list method", "/value start? stop?");
    private static final Signature FROM_KEYS = Signature.of("fromkeys", "/iterable value?");

    private ContainerMethods() {}

    static Object dict(Map<?, ?> map, String name, Args args) {
        if (name.equals("get")) {
            Object[] bound = GET.bind(args);
            Object value = Dicts.get(map, bound[0]);
            return value != Activation.MISSING ? value : bound[1] == Signature.ABSENT ? null : bound[1];
        }
        if (name.equals("fromkeys")) {
            Object[] bound = FROM_KEYS.bind(args);
            Map<Object, Object> made = new LinkedHashMap<>();
            if (!(bound[0] instanceof List<?> keys)) {
                throw TemplateException.type("fromkeys() needs a list");
            }
            keys.forEach(key -> Dicts.put(made, key, bound[1] == Signature.ABSENT ? null : bound[1]));
            return made;
        }
        NOTHING.bind(args);
        return switch (name) {
            case "items" -> new DictView(DictView.Kind.ITEMS, map);
            case "keys" -> new DictView(DictView.Kind.KEYS, map);
            case "values" -> new DictView(DictView.Kind.VALUES, map);
            default -> Dicts.copyOf(map);
        };
    }

    static Object list(Render render, List<?> list, String name, Args args) {
        if (name.equals("copy")) {
            NOTHING.bind(args);
            return new ArrayList<>(list);
        }
        Object[] bound = VALUE.bind(args);
        render.charge(list.size());
        if (name.equals("count")) {
            return list.stream()
                    .filter(item -> Comparison.equal(render, item, bound[0]))
                    .count();
        }
        int from = clamp(bound[1], 0, list.size());
        int to = clamp(bound[2], list.size(), list.size());
        for (int i = from; i < to; i++) {
            if (Comparison.equal(render, list.get(i), bound[0])) {
                return (long) i;
            }
        }
        throw TemplateException.value(
                list instanceof Tuple
                        ? "tuple.index(x): x not in tuple"
                        : PythonText.repr(render, bound[0]) + " is not in " + PythonText.typeName(list));
    }

    /** A start or end of a search: negative ones count from the end. */
    static int clamp(Object given, int missing, int length) {
        if (given == Signature.ABSENT || given == null) {
            return missing;
        }
        int index = Numbers.index(given);
        return index < 0 ? Math.max(0, index + length) : Math.min(index, length);
    }
}
