package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of string methods, and those that search, split and join. */
final class StringMethods {
    /** What a method does; arguments are bound to its signature. */
    interface Body {
        Object apply(Render render, String self, Object[] args);
    }

    private record Method(Signature signature, Body body) {}

    private static final Map<String, Method> METHODS = new HashMap<>();

    static {
        add("split", "sep? maxsplit?", (r, s, a) -> StringSplitting.split(r, s, a, false));
        add("rsplit", "sep? maxsplit?", (r, s, a) -> StringSplitting.split(r, s, a, true));
        add(
                "splitlines",
                "keepends?",
                (r, s, a) -> StringSplitting.lines(s, a[0] != Signature.ABSENT && Sequences.truth(a[0])));
        add("partition", "/sep", (_, s, a) -> StringSplitting.partition(s, text(a[0], "must be str, not "), false));
        add("rpartition", "/sep", (_, s, a) -> StringSplitting.partition(s, text(a[0], "must be str, not "), true));
        add("strip", "/chars?", (_, s, a) -> StringSplitting.strip(s, a[0], true, true));
        add("lstrip", "/chars?", (_, s, a) -> StringSplitting.strip(s, a[0], true, false));
        add("rstrip", "/chars?", (_, s, a) -> StringSplitting.strip(s, a[0], false, true));
        add("join", "/iterable", StringMethods::join);
        add(
                "replace",
                "/old new count?",
                (r, s, a) -> replace(
                        r,
                        s,
                        text(a[0], "replace() argument 1 must be str, not "),
                        text(a[1], "replace() argument 2 must be str, not "),
                        a[2] == Signature.ABSENT ? -1 : Numbers.index(a[2])));
        add("startswith", "/prefix start? end?", (_, s, a) -> matchesEnd(s, a, "startswith"));
        add("endswith", "/suffix start? end?", (_, s, a) -> matchesEnd(s, a, "endswith"));
        add("removeprefix", "/prefix", (_, s, a) -> {
            String prefix = text(a[0], "removeprefix() argument must be str, not ");
            return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
        });
        add("removesuffix", "/suffix", (_, s, a) -> {
            String suffix = text(a[0], "removesuffix() argument must be str, not ");
            return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
        });
        add("find", "/sub start? end?", (_, s, a) -> find(s, a, false, false));
        add("rfind", "/sub start? end?", (_, s, a) -> find(s, a, true, false));
        add("index", "/sub start? end?", (_, s, a) -> find(s, a, false, true));
        add("rindex", "/sub start? end?", (_, s, a) -> find(s, a, true, true));
        add("count", "/sub start? end?", (_, s, a) -> count(s, a));
        StringCases.addTo(StringMethods::add);
    }

    /** Lets other files add methods to the table without seeing it. */
    interface Table {
        void add(String name, String parameters, Body body);
    }

    private StringMethods() {}

    private static void add(String name, String parameters, Body body) {
        METHODS.put(name, new Method(Signature.of("str." + name, parameters), body));
    }

    static boolean has(String name) {
        return METHODS.containsKey(name) || name.equals("format") || name.equals("format_map");
    }

    static Object invoke(Render render, String self, String name, Args args) {
        render.charge(1 + (self.length() >> 6));
        if (name.equals("format")) {
            return StringFormat.format(render, self, args);
        }
        if (name.equals("format_map")) {
            if (args.positional().length != 1 || !(args.positional()[0] instanceof Map<?, ?> map)) {
                throw TemplateException.type("format_map() takes exactly one argument, a dict");
            }
            Map<String, Object> named = new HashMap<>();
            map.forEach((key, value) -> named.put(String.valueOf(key), value));
            return StringFormat.format(render, self, new Args(new Object[0], named));
        }
        Method method = METHODS.get(name);
        Object result = method.body().apply(render, self, method.signature().bind(args));
        if (result instanceof String made) {
            render.chargeText(made.length());
        }
        return result;
    }

    /** Strings of a result as markup, for methods of markup. */
    static Object wrapped(Object result) {
        return switch (result) {
            case String text -> new Markup(text);
            case Tuple tuple ->
                Tuple.of(tuple.stream().map(StringMethods::wrapped).toArray());
            case List<?> list ->
                new ArrayList<>(list.stream().map(StringMethods::wrapped).toList());
            case null, default -> result;
        };
    }

    static String text(Object value, String message) {
        if (Comparison.isText(value)) {
            return Comparison.text(value);
        }
        throw TemplateException.type(message + PythonText.typeName(value));
    }

    private static Object join(Render render, String self, Object[] args) {
        if (!Sequences.isIterable(args[0])) {
            throw TemplateException.type("can only join an iterable");
        }
        StringBuilder out = new StringBuilder();
        List<Object> items = Sequences.list(render, args[0]);
        for (int i = 0; i < items.size(); i++) {
            if (!Comparison.isText(items.get(i))) {
                throw TemplateException.type("sequence item " + i + ": expected str instance, "
                        + PythonText.typeName(items.get(i)) + " found");
            }
            String item = Comparison.text(items.get(i));
            render.chargeText((long) out.length() + item.length() + self.length());
            out.append(i == 0 ? "" : self).append(item);
        }
        return out.toString();
    }

    /** Replaces the first {@code count} places, all where it is negative. */
    static String replace(Render render, String self, String old, String replacement, int count) {
        if (count == 0 || self.length() < old.length()) {
            return self;
        }
        int left = count < 0 ? Integer.MAX_VALUE : count;
        StringBuilder out = new StringBuilder(self.length());
        int position = 0;
        if (old.isEmpty()) {
            for (; left > 0 && position <= self.length(); left--) {
                render.chargeText((long) out.length() + replacement.length());
                out.append(replacement);
                int end = position < self.length()
                        ? position + Character.charCount(self.codePointAt(position))
                        : position + 1;
                out.append(self, position, Math.min(end, self.length()));
                position = end;
            }
            return position <= self.length()
                    ? out.append(self.substring(position)).toString()
                    : out.toString();
        }
        for (int at = self.indexOf(old); at >= 0 && left > 0; at = self.indexOf(old, position), left--) {
            if ((long) out.length() + replacement.length() > render.limits().textCharsMax()) {
                render.chargeText((long) out.length() + replacement.length());
            }
            out.append(self, position, at).append(replacement);
            position = at + old.length();
        }
        return position == 0 ? self : out.append(self, position, self.length()).toString();
    }

    /** The searched part of the string, as offsets in chars; null where the start lies behind the end. */
    private static int[] window(String self, Object start, Object end) {
        if (start == Signature.ABSENT && end == Signature.ABSENT) {
            return new int[] {0, self.length()};
        }
        int length = self.codePointCount(0, self.length());
        if (start instanceof Long number && number > length) {
            return null;
        }
        int from = ContainerMethods.clamp(start, 0, length);
        int to = ContainerMethods.clamp(end, length, length);
        return from > to ? null : new int[] {Sequences.offset(self, from), Sequences.offset(self, to)};
    }

    private static Object matchesEnd(String self, Object[] args, String method) {
        int[] window = window(self, args[1], args[2]);
        List<?> candidates = args[0] instanceof Tuple tuple ? tuple : List.of(required(args[0], method));
        for (Object candidate : candidates) {
            String text = Comparison.text(required(candidate, method));
            if (window != null && text.length() <= window[1] - window[0]) {
                int at = method.equals("startswith") ? window[0] : window[1] - text.length();
                if (self.startsWith(text, at)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Object required(Object candidate, String method) {
        if (!Comparison.isText(candidate)) {
            throw TemplateException.type(
                    method + " first arg must be str or a tuple of str, not " + PythonText.typeName(candidate));
        }
        return candidate;
    }

    private static Object find(String self, Object[] args, boolean last, boolean mustBeThere) {
        String sub = text(args[0], "must be str, not ");
        int[] window = window(self, args[1], args[2]);
        int at = -1;
        if (window != null) {
            at = last ? self.lastIndexOf(sub, window[1] - sub.length()) : self.indexOf(sub, window[0]);
            at = at < window[0] || at + sub.length() > window[1] ? -1 : at;
        }
        if (at < 0 && mustBeThere) {
            throw TemplateException.value("substring not found");
        }
        return at < 0 ? -1L : (long) self.codePointCount(0, at);
    }

    private static Object count(String self, Object[] args) {
        String sub = text(args[0], "must be str, not ");
        int[] window = window(self, args[1], args[2]);
        if (window == null) {
            return 0L;
        }
        if (sub.isEmpty()) {
            return (long) self.codePointCount(window[0], window[1]) + 1;
        }
        long count = 0;
        for (int at = self.indexOf(sub, window[0]);
                at >= 0 && at + sub.length() <= window[1];
                at = self.indexOf(sub, at + sub.length())) {
            count++;
        }
        return count;
    }
}
