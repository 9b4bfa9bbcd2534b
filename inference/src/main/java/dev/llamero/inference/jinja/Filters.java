package dev.llamero.inference.jinja;

import java.util.HashMap;
import java.util.Map;

/** The table of filters. */
final class Filters {
    /** A filter. */
    interface Filter {
        Object apply(Render render, Object value, Args args);
    }

    /** A filter whose arguments are bound to its signature. */
    interface Body {
        Object apply(Render render, Object value, Object[] args);
    }

    /** Where the files of filters put theirs. */
    interface Table {
        /** Adds a filter; the parameters are written as {@link Signature#of} reads them. */
        void add(String name, String parameters, Body body);
    }

    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        TextFilters.addTo(Filters::add);
        MarkupFilters.addTo(Filters::add);
        NumberFilters.addTo(Filters::add);
        SequenceFilters.addTo(Filters::add);
        SelectFilters.addTo(FILTERS);
        FILTERS.put("format", TextFilters::format);
        alias("count", "length");
        alias("d", "default");
        alias("e", "escape");
    }

    private Filters() {}

    private static void add(String name, String parameters, Body body) {
        Signature signature = Signature.of("do_" + name, parameters);
        FILTERS.put(name, (render, value, args) -> body.apply(render, value, signature.bind(args)));
    }

    private static void alias(String name, String of) {
        FILTERS.put(name, FILTERS.get(of));
    }

    /** The filter of that name, or null. */
    static Filter find(String name) {
        return FILTERS.get(name);
    }

    /** The filter that a template names while it runs. */
    static Filter named(Object name) {
        Filter filter = Comparison.isText(name) ? FILTERS.get(Comparison.text(name)) : null;
        if (filter == null) {
            throw missing("filter", name);
        }
        return filter;
    }

    static TemplateException missing(String kind, Object name) {
        String message = "No " + kind + " named " + PythonText.repr(name) + ".";
        return TemplateException.runtime(
                name instanceof Undefined undefined
                        ? message + " (" + undefined.failure().getMessage()
                                + "; did you forget to quote the callable name?)"
                        : message);
    }

    /** The argument, or the value that stands for it where it was left out. */
    static Object or(Object argument, Object otherwise) {
        return argument == Signature.ABSENT ? otherwise : argument;
    }

    static boolean flag(Object argument) {
        return argument != Signature.ABSENT && Sequences.truth(argument);
    }
}
