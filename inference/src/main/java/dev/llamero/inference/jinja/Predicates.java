package dev.llamero.inference.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of tests, what stands after {@code is}. */
final class Predicates {
    /** A test. */
    interface Test {
        boolean test(Render render, Object value, Args args);
    }

    private interface One {
        boolean test(Object value);
    }

    private interface Two {
        boolean test(Render render, Object value, Object other);
    }

    private static final Map<String, Test> TESTS = new HashMap<>();

    static {
        one("defined", value -> !(value instanceof Undefined));
        one("undefined", value -> value instanceof Undefined);
        one("none", value -> value == null);
        one("boolean", value -> value instanceof Boolean);
        one("true", Boolean.TRUE::equals);
        one("false", Boolean.FALSE::equals);
        one("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        one("float", value -> value instanceof Double);
        one("number", Numbers::isNumber);
        one("string", Comparison::isText);
        one("mapping", value -> value instanceof Map<?, ?>);
        one(
                "sequence",
                value -> Comparison.isText(value)
                        || value instanceof List<?>
                        || value instanceof Map<?, ?>
                        || value instanceof Undefined);
        one("iterable", Sequences::isIterable);
        one("callable", value -> value instanceof Callable || value instanceof Undefined);
        one("escaped", value -> value instanceof Markup);
        add("lower", "", (render, value, _) -> StringCases.isLower(PythonText.str(render, value)));
        add("upper", "", (render, value, _) -> StringCases.isUpper(PythonText.str(render, value)));
        add("odd", "", (render, value, _) -> remainderIs(render, value, 2L, 1L));
        add("even", "", (render, value, _) -> remainderIs(render, value, 2L, 0L));
        two("divisibleby", "num", (render, value, other) -> remainderIs(render, value, other, 0L));
        add("filter", "", (_, value, _) -> isName(value) && Filters.find(Comparison.text(value)) != null);
        add("test", "", (_, value, _) -> isName(value) && TESTS.containsKey(Comparison.text(value)));
        two("sameas", "other", (_, value, other) -> isSame(value, other));
        two("in", "seq", (render, value, other) -> Comparison.contains(render, other, value));
        compare("==", "==", "eq", "equalto");
        compare("!=", "!=", "ne");
        compare(">", ">", "gt", "greaterthan");
        compare(">=", ">=", "ge");
        compare("<", "<", "lt", "lessthan");
        compare("<=", "<=", "le");
    }

    private interface Bound {
        boolean test(Render render, Object value, Object[] args);
    }

    private Predicates() {}

    private static void add(String name, String parameters, Bound body) {
        Signature signature = Signature.of("test_" + name, parameters);
        TESTS.put(name, (render, value, args) -> body.test(render, value, signature.bind(args)));
    }

    private static void one(String name, One body) {
        add(name, "", (_, value, _) -> body.test(value));
    }

    private static void two(String name, String parameter, Two body) {
        add(name, parameter, (render, value, args) -> body.test(render, value, args[0]));
    }

    private static void compare(String operator, String... names) {
        for (String name : names) {
            two(name, "other", (render, value, other) -> Comparison.test(render, operator, value, other));
        }
    }

    private static boolean remainderIs(Render render, Object value, Object divisor, Object wanted) {
        return Comparison.equal(render, Operators.binary(render, "%", value, divisor), wanted);
    }

    /** Whether the value may name an entry of a table; lists and dicts fail as keys do. */
    private static boolean isName(Object value) {
        Dicts.hashable(value);
        return Comparison.isText(value);
    }

    /** Python's {@code is}; equal short strings and small numbers are one object there. */
    private static boolean isSame(Object value, Object other) {
        boolean shared = value instanceof Boolean || value instanceof String || value instanceof Long;
        return value == other || shared && value.equals(other);
    }

    /** The test of that name, or null. */
    static Test find(String name) {
        return TESTS.get(name);
    }

    /** The test that a template names while it runs. */
    static Test named(Object name) {
        Test test = Comparison.isText(name) ? TESTS.get(Comparison.text(name)) : null;
        if (test == null) {
            throw Filters.missing("test", name);
        }
        return test;
    }
}
