package dev.llamero.inference.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Attribute and item lookup as the immutable sandbox has it: {@code a.b} tries the attribute first, {@code a['b']} the
 * item, and whatever would change a value or reach behind it is shut.
 */
final class Attributes {
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> OBJECT_INTERNALS = Set.of(
            "__class__",
            "__doc__",
            "__init__",
            "__new__",
            "__eq__",
            "__ne__",
            "__hash__",
            "__repr__",
            "__str__",
            "__dir__",
            "__getattribute__",
            "__setattr__",
            "__delattr__",
            "__format__",
            "__reduce__",
            "__reduce_ex__",
            "__sizeof__",
            "__subclasshook__",
            "__init_subclass__",
            "__lt__",
            "__le__",
            "__gt__",
            "__ge__");

    private Attributes() {}

    /** {@code object.name}. */
    static Object get(Object object, String name) {
        if (object instanceof Map<?, ?> map) {
            if (ContainerMethods.DICT.contains(name)) {
                return new BoundMethod(object, name);
            }
            Object value = map.get(name);
            if (value != null || map.containsKey(name)) {
                return DICT_CHANGES.contains(name) ? Undefined.unsafe(object, name) : value;
            }
        }
        Object value = attribute(object, name);
        return value == Activation.MISSING ? Undefined.of(object, name) : value;
    }

    /** {@code object[key]}. */
    static Object item(Object object, Object key) {
        if (object instanceof Undefined undefined) {
            throw undefined.failure();
        }
        Object value = Activation.MISSING;
        if (object instanceof Map<?, ?> map) {
            boolean hashable = !(key instanceof Map<?, ?>) && (!(key instanceof List<?>) || key instanceof Tuple);
            value = hashable ? Dicts.get(map, key) : value;
        } else {
            value = Sequences.item(object, key);
        }
        if (value == Activation.MISSING && Comparison.isText(key)) {
            value = attribute(object, Comparison.text(key));
        }
        return value == Activation.MISSING ? Undefined.of(object, key) : value;
    }

    /** The Python attribute of the object, an unsafe undefined if it is shut, or {@link Activation#MISSING}. */
    private static Object attribute(Object object, String name) {
        if (object instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (OBJECT_INTERNALS.contains(name)) {
            return Undefined.unsafe(object, name);
        }
        return switch (object) {
            case String _, Markup _ -> StringMethods.has(name) ? new BoundMethod(object, name) : Activation.MISSING;
            case Map<?, ?> _ -> method(object, name, ContainerMethods.DICT, DICT_CHANGES);
            case Tuple tuple when tuple.isGroup() && name.equals("grouper") -> tuple.get(0);
            case Tuple tuple when tuple.isGroup() && name.equals("list") -> tuple.get(1);
            case Tuple _ -> method(object, name, ContainerMethods.TUPLE, Set.of());
            case Range range -> ofRange(range, name);
            case List<?> _ -> method(object, name, ContainerMethods.LIST, LIST_CHANGES);
            case Namespace namespace -> ofNamespace(namespace, name);
            case LoopContext loop -> {
                Object value = loop.attribute(name);
                yield value == Signature.ABSENT ? Activation.MISSING : value;
            }
            case Cycler cycler -> ofCycler(cycler, name);
            case Macro macro -> macro.attribute(name);
            case Long _, BigInteger _, Double _, Boolean _ -> ofNumber(object, name);
            case null, default -> Activation.MISSING;
        };
    }

    /** The attribute without a look at items, for the filter {@code attr}. */
    static Object only(Object object, Object name) {
        String attribute = StringMethods.text(name, "attribute name must be string, not ");
        Object value = attribute(object, attribute);
        return value == Activation.MISSING ? Undefined.of(object, attribute) : value;
    }

    private static Object method(Object object, String name, Set<String> safe, Set<String> changes) {
        if (safe.contains(name)) {
            return new BoundMethod(object, name);
        }
        return changes.contains(name) ? Undefined.unsafe(object, name) : Activation.MISSING;
    }

    private static Object ofNamespace(Namespace namespace, String name) {
        Map<String, Object> attributes = namespace.attributes();
        if (!attributes.containsKey(name)) {
            return Activation.MISSING;
        }
        return name.startsWith("_") ? Undefined.unsafe(namespace, name) : attributes.get(name);
    }

    private static Object ofRange(Range range, String name) {
        return switch (name) {
            case "start" -> range.start();
            case "stop" -> range.stop();
            case "step" -> range.step();
            default -> method(range, name, ContainerMethods.TUPLE, Set.of());
        };
    }

    private static Object ofCycler(Cycler cycler, String name) {
        return switch (name) {
            case "current" -> cycler.current();
            case "items" -> cycler.items();
            case "pos" -> cycler.position();
            case "next", "reset" -> new BoundMethod(cycler, name);
            default -> Activation.MISSING;
        };
    }

    private static Object ofNumber(Object number, String name) {
        return switch (name) {
            case "real" -> number instanceof Boolean ? Numbers.small(number) : number;
            case "imag" -> number instanceof Double ? (Object) 0.0 : (Object) 0L;
            case "numerator" -> number instanceof Double ? Activation.MISSING : ofNumber(number, "real");
            case "denominator" -> number instanceof Double ? Activation.MISSING : 1L;
            case "bit_length" -> number instanceof Double ? Activation.MISSING : new BoundMethod(number, name);
            case "is_integer" -> number instanceof Double ? new BoundMethod(number, name) : Activation.MISSING;
            default -> Activation.MISSING;
        };
    }

    /** {@code object.name(args)} without a bound method on the way. */
    static Object invoke(Render render, Object object, String name, Args args) {
        render.charge(1);
        if (object instanceof String text && StringMethods.has(name)) {
            return StringMethods.invoke(render, text, name, args);
        }
        if (object instanceof Map<?, ?> map && ContainerMethods.DICT.contains(name)) {
            return ContainerMethods.dict(map, name, args);
        }
        return switch (object) {
            case Markup markup
            when StringMethods.has(name) ->
                StringMethods.wrapped(StringMethods.invoke(render, markup.text(), name, args));
            case List<?> list when isListMethod(list, name) -> ContainerMethods.list(render, list, name, args);
            case LoopContext loop when name.equals("cycle") -> loop.cycle(args.positional());
            case LoopContext loop when name.equals("changed") -> loop.changed(render, args.positional());
            case Cycler cycler when name.equals("next") -> cycler.next();
            case Cycler cycler
            when name.equals("reset") -> {
                cycler.reset();
                yield null;
            }
            case Double number when name.equals("is_integer") -> number == Math.rint(number) && !number.isInfinite();
            case Long _, BigInteger _, Boolean _
            when name.equals("bit_length") -> (long) Numbers.big(object).abs().bitLength();
            case null, default -> call(render, get(object, name), args);
        };
    }

    private static boolean isListMethod(List<?> list, String name) {
        boolean fixed = list instanceof Tuple || list instanceof Range;
        return (fixed ? ContainerMethods.TUPLE : ContainerMethods.LIST).contains(name);
    }

    static Object call(Render render, Object callee, Args args) {
        if (callee instanceof Callable callable) {
            render.charge(1);
            return callable.call(render, args);
        }
        if (callee instanceof Undefined undefined) {
            throw undefined.failure();
        }
        throw TemplateException.type("'" + PythonText.typeName(callee) + "' object is not callable");
    }
}
