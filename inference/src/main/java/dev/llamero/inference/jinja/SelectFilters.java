package dev.llamero.inference.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters that apply another filter or test to every item; they work item by item, as it is asked for. */
final class SelectFilters {
    private SelectFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("map", SelectFilters::map);
        filters.put("select", (r, v, a) -> select(r, v, a, false, true));
        filters.put("reject", (r, v, a) -> select(r, v, a, false, false));
        filters.put("selectattr", (r, v, a) -> select(r, v, a, true, true));
        filters.put("rejectattr", (r, v, a) -> select(r, v, a, true, false));
    }

    private static Object map(Render render, Object value, Args args) {
        if (!Sequences.truth(value)) {
            return Lazy.generator(Collections.emptyIterator());
        }
        UnaryOperator<Object> function = mapping(render, args);
        Iterator<Object> items = Sequences.iterate(render, value);
        return Lazy.generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                render.charge(1);
                return function.apply(items.next());
            }
        });
    }

    private static UnaryOperator<Object> mapping(Render render, Args args) {
        Map<String, Object> named = args.named();
        if (args.positional().length == 0 && named.containsKey("attribute")) {
            for (String name : named.keySet()) {
                if (!name.equals("attribute") && !name.equals("default")) {
                    throw TemplateException.argument("Unexpected keyword argument " + PythonText.repr(name));
                }
            }
            AttributePath path = AttributePath.of(named.get("attribute"));
            Object otherwise = named.get("default");
            return item -> path.of(item, otherwise);
        }
        if (args.positional().length == 0) {
            throw TemplateException.argument("map requires a filter argument");
        }
        Filters.Filter filter = Filters.named(args.positional()[0]);
        Args rest = args.from(1);
        return item -> filter.apply(render, item, rest);
    }

    private static Object select(Render render, Object value, Args args, boolean byAttribute, boolean wanted) {
        if (!Sequences.truth(value)) {
            return Lazy.generator(Collections.emptyIterator());
        }
        int first = byAttribute ? 1 : 0;
        if (args.positional().length < first) {
            throw TemplateException.argument("Missing parameter for attribute name");
        }
        AttributePath path = AttributePath.of(byAttribute ? args.positional()[0] : null);
        Predicate<Object> test;
        if (args.positional().length > first) {
            Predicates.Test named = Predicates.named(args.positional()[first]);
            Args rest = args.from(first + 1);
            test = item -> named.test(render, item, rest);
        } else {
            test = Sequences::truth;
        }
        Iterator<Object> items = Sequences.iterate(render, value);
        return Lazy.generator(new Selected(render, items, item -> test.test(path.of(item, null)) == wanted));
    }

    /** The items that pass, looked for one at a time. */
    private static final class Selected implements Iterator<Object> {
        private final Render render;
        private final Iterator<Object> items;
        private final Predicate<Object> test;
        private Object next;
        private boolean found;

        Selected(Render render, Iterator<Object> items, Predicate<Object> test) {
            this.render = render;
            this.items = items;
            this.test = test;
        }

        @Override
        public boolean hasNext() {
            while (!found && items.hasNext()) {
                render.charge(1);
                Object item = items.next();
                if (test.test(item)) {
                    next = item;
                    found = true;
                }
            }
            return found;
        }

        @Override
        public Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            found = false;
            return next;
        }
    }
}
