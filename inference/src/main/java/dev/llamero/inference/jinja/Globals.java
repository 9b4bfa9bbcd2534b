package dev.llamero.inference.jinja;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** The functions that every template has. */
final class Globals {
    /**
     * A global function.
     *
     * @param name its name
     * @param type what Python calls its type
     * @param body what it does
     */
    private record Builtin(String name, String type, Body body) implements Callable {
        interface Body {
            Object call(Render render, Args args);
        }

        @Override
        public Object call(Render render, Args args) {
            return body.call(render, args);
        }

        @Override
        public String typeName() {
            return type;
        }

        @Override
        public String repr() {
            return "<" + (type.equals("type") ? "class" : "function") + " " + PythonText.repr(name) + ">";
        }
    }

    private static final Signature RAISE = Signature.of("raise_exception", "message");
    private static final Signature STRFTIME = Signature.of("strftime_now", "format");
    private static final Signature RANGE = Signature.of("range", "/start stop? step?");
    private static final Signature JOINER = Signature.of("Joiner.__init__", "sep?");
    private static final Map<String, Callable> FUNCTIONS = new LinkedHashMap<>();

    static {
        add("range", "function", Globals::range);
        add("dict", "type", Globals::dict);
        add("namespace", "type", (_, args) -> {
            Namespace made = new Namespace();
            dict(null, args).forEach((key, value) -> made.attributes().put((String) key, value));
            return made;
        });
        add("cycler", "type", (_, args) -> new Cycler(args.positional()));
        add("joiner", "type", (_, args) -> {
            Object separator = JOINER.bind(args)[0];
            return new Joiner(separator == Signature.ABSENT ? ", " : separator);
        });
        add("lipsum", "function", (_, _) -> {
            throw TemplateException.type("lipsum() is not supported in chat templates");
        });
        add("raise_exception", "function", (render, args) -> {
            throw new TemplateException("TemplateError", PythonText.str(render, RAISE.bind(args)[0]));
        });
        add("strftime_now", "function", (render, args) -> {
            String format = StringMethods.text(STRFTIME.bind(args)[0], "strftime() argument 1 must be str, not ");
            return Strftime.format(LocalDateTime.now(render.clock()), format);
        });
    }

    private Globals() {}

    private static void add(String name, String type, Builtin.Body body) {
        FUNCTIONS.put(name, new Builtin(name, type, body));
    }

    static Object find(String name) {
        Callable function = FUNCTIONS.get(name);
        return function == null ? Activation.MISSING : function;
    }

    private static Object range(Render render, Args args) {
        Object[] bound = RANGE.bind(args);
        long[] numbers = new long[3];
        for (int i = 0; i < 3; i++) {
            if (bound[i] == Signature.ABSENT) {
                continue;
            }
            if (!Numbers.isInteger(bound[i])) {
                throw TemplateException.type(
                        "'" + PythonText.typeName(bound[i]) + "' object cannot be interpreted as an integer");
            }
            numbers[i] = Numbers.big(bound[i]).bitLength() < 63
                    ? Numbers.big(bound[i]).longValue()
                    : Long.MAX_VALUE >> 1;
        }
        int max = render.limits().rangeMax();
        if (bound[1] == Signature.ABSENT) {
            return Range.of(0, numbers[0], 1, max);
        }
        return Range.of(numbers[0], numbers[1], bound[2] == Signature.ABSENT ? 1 : numbers[2], max);
    }

    private static Map<Object, Object> dict(Render render, Args args) {
        Map<Object, Object> made = new LinkedHashMap<>();
        if (args.positional().length > 1) {
            throw TemplateException.type("dict expected at most 1 argument, got " + args.positional().length);
        }
        if (args.positional().length == 1) {
            Object source = args.positional()[0];
            if (source instanceof Map<?, ?> map) {
                made.putAll(map);
            } else {
                Sequences.iterate(render, source).forEachRemaining(pair -> {
                    Object[] keyAndValue = Sequences.unpack(render, pair, 2);
                    Dicts.put(made, keyAndValue[0], keyAndValue[1]);
                });
            }
        }
        made.putAll(args.named());
        return made;
    }
}
