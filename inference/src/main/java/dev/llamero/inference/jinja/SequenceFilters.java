package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters on lists and dicts. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Filters.Table table) {
        table.add("length", "", (_, v, _) -> (long) Sequences.length(v));
        table.add("list", "", (r, v, _) -> Sequences.list(r, v));
        table.add("first", "", (r, v, _) -> {
            Iterator<Object> items = Sequences.iterate(r, v);
            return items.hasNext() ? items.next() : Undefined.hint("No first item, sequence was empty.");
        });
        table.add("last", "", (r, v, _) -> {
            List<Object> items = reversible(r, v);
            return items.isEmpty() ? Undefined.hint("No last item, sequence was empty.") : items.getLast();
        });
        table.add("random", "", (_, _, _) -> {
            throw TemplateException.type("the filter 'random' is not supported: a prompt must be reproducible");
        });
        table.add("reverse", "", SequenceFilters::reverse);
        table.add("join", "d? attribute?", SequenceFilters::join);
        table.add("items", "", (_, v, _) -> items(v));
        table.add("sort", "reverse? case_sensitive? attribute?", SequenceFilters::sort);
        table.add("dictsort", "case_sensitive? by? reverse?", SequenceFilters::dictSort);
        table.add("unique", "case_sensitive? attribute?", SequenceFilters::unique);
        table.add("min", "case_sensitive? attribute?", (r, v, a) -> extreme(r, v, a, "<"));
        table.add("max", "case_sensitive? attribute?", (r, v, a) -> extreme(r, v, a, ">"));
        table.add("sum", "attribute? start?", SequenceFilters::sum);
        table.add("batch", "linecount fill_with?", SequenceFilters::batch);
        table.add("slice", "slices fill_with?", SequenceFilters::slice);
        table.add("groupby", "attribute default? case_sensitive?", SequenceFilters::groupBy);
    }

    private static List<Object> reversible(Render render, Object value) {
        if (value instanceof Lazy || !Sequences.isIterable(value)) {
            throw TemplateException.type("'" + PythonText.typeName(value) + "' object is not reversible");
        }
        return Sequences.list(render, value);
    }

    private static Object reverse(Render render, Object value, Object[] args) {
        if (Comparison.isText(value)) {
            return Sequences.slice(render, value, null, null, -1L);
        }
        if (!Sequences.isIterable(value)) {
            throw TemplateException.argument("argument must be iterable");
        }
        List<Object> items = Sequences.list(render, value);
        Collections.reverse(items);
        if (value instanceof Lazy) {
            return items;
        }
        String type = value instanceof List<?> && !(value instanceof Tuple) && !(value instanceof Range)
                ? "list_reverseiterator"
                : "reversed";
        return new Lazy(type, items.iterator());
    }

    private static Object join(Render render, Object value, Object[] args) {
        Object separator = Filters.or(args[0], "");
        AttributePath path = AttributePath.of(args[1]);
        List<Object> items = new ArrayList<>();
        boolean markup = separator instanceof Markup;
        for (Iterator<Object> i = Sequences.iterate(render, value); i.hasNext(); ) {
            Object item = path.of(i.next(), null);
            markup |= item instanceof Markup;
            items.add(item);
        }
        boolean escape = render.autoescape() && markup;
        String between = escape ? Markup.of(render, separator).text() : PythonText.str(render, separator);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String text = escape ? Markup.of(render, items.get(i)).text() : PythonText.str(render, items.get(i));
            render.charge(1 + ((between.length() + text.length()) >> 4));
            if ((long) out.length() + between.length() + text.length()
                    > render.limits().textCharsMax()) {
                render.chargeText((long) out.length() + between.length() + text.length());
            }
            out.append(i == 0 ? "" : between).append(text);
        }
        return escape ? new Markup(out.toString()) : out.toString();
    }

    private static Object items(Object value) {
        if (value instanceof Undefined) {
            return Lazy.generator(Collections.emptyIterator());
        }
        if (!(value instanceof Map<?, ?> map)) {
            return Lazy.failing(TemplateException.type("Can only get item pairs from a mapping."));
        }
        return Lazy.generator(new DictView(DictView.Kind.ITEMS, map).iterator());
    }

    private static Object sort(Render render, Object value, Object[] args) {
        boolean caseSensitive = Filters.flag(args[1]);
        List<AttributePath> paths = AttributePath.manyOf(args[2]);
        List<Object> items = Sequences.list(render, value);
        List<Object> keys = new ArrayList<>(items.size());
        for (Object item : items) {
            List<Object> key = new ArrayList<>(paths.size());
            for (AttributePath path : paths) {
                key.add(AttributePath.folded(path.of(item, null), caseSensitive));
            }
            keys.add(key);
        }
        return Comparison.sorted(render, items, keys, Filters.flag(args[0]));
    }

    private static Object dictSort(Render render, Object value, Object[] args) {
        String by = PythonText.str(render, Filters.or(args[1], "key"));
        if (!by.equals("key") && !by.equals("value")) {
            throw TemplateException.argument("You can only sort by either \"key\" or \"value\"");
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw TemplateException.attribute(value, "items");
        }
        List<Object> items = new ArrayList<>(new DictView(DictView.Kind.ITEMS, map));
        List<Object> keys = new ArrayList<>(items.size());
        for (Object item : items) {
            keys.add(AttributePath.folded(((Tuple) item).get(by.equals("key") ? 0 : 1), Filters.flag(args[0])));
        }
        return Comparison.sorted(render, items, keys, Filters.flag(args[2]));
    }

    private static Object unique(Render render, Object value, Object[] args) {
        AttributePath path = AttributePath.of(args[1]);
        Set<Object> seen = new HashSet<>();
        List<Object> kept = new ArrayList<>();
        for (Object item : Sequences.list(render, value)) {
            Object key = AttributePath.folded(path.of(item, null), Filters.flag(args[0]));
            if (seen.add(Dicts.hashable(key))) {
                kept.add(item);
            }
        }
        return Lazy.generator(kept.iterator());
    }

    private static Object extreme(Render render, Object value, Object[] args, String operator) {
        AttributePath path = AttributePath.of(args[1]);
        Object best = Undefined.hint("No aggregated item, sequence was empty.");
        Object bestKey = Activation.MISSING;
        for (Object item : Sequences.list(render, value)) {
            Object key = AttributePath.folded(path.of(item, null), Filters.flag(args[0]));
            if (bestKey == Activation.MISSING || Comparison.test(render, operator, key, bestKey)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static Object sum(Render render, Object value, Object[] args) {
        AttributePath path = AttributePath.of(args[0]);
        Object total = Filters.or(args[1], 0L);
        if (Comparison.isText(total)) {
            throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Object item : Sequences.list(render, value)) {
            total = Operators.binary(render, "+", total, path.of(item, null));
        }
        return total;
    }

    private static Object batch(Render render, Object value, Object[] args) {
        int size = Numbers.index(args[0]);
        Object fill = Filters.or(args[1], null);
        List<Object> rows = new ArrayList<>();
        List<Object> row = new ArrayList<>();
        for (Object item : Sequences.list(render, value)) {
            if (row.size() == size) {
                rows.add(row);
                row = new ArrayList<>();
            }
            row.add(item);
        }
        if (!row.isEmpty()) {
            if (fill != null) {
                render.charge(Math.max(0, size - row.size()));
                while (row.size() < size) {
                    row.add(fill);
                }
            }
            rows.add(row);
        }
        return Lazy.generator(rows.iterator());
    }

    private static Object slice(Render render, Object value, Object[] args) {
        List<Object> items = Sequences.list(render, value);
        int slices = Numbers.index(args[0]);
        Object fill = Filters.or(args[1], null);
        if (slices == 0) {
            throw TemplateException.zeroDivision("integer division or modulo by zero");
        }
        render.charge(Math.max(0, slices));
        int size = Math.floorDiv(items.size(), slices);
        int longer = Math.floorMod(items.size(), slices);
        List<Object> rows = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < slices; i++) {
            int end = start + size + (i < longer ? 1 : 0);
            List<Object> row = new ArrayList<>(items.subList(start, end));
            if (fill != null && i >= longer) {
                row.add(fill);
            }
            rows.add(row);
            start = end;
        }
        return Lazy.generator(rows.iterator());
    }

    private static Object groupBy(Render render, Object value, Object[] args) {
        AttributePath path = AttributePath.of(args[0]);
        Object otherwise = Filters.or(args[1], null);
        boolean caseSensitive = Filters.flag(args[2]);
        List<Object> items = Sequences.list(render, value);
        List<Object> keys = new ArrayList<>(items.size());
        for (Object item : items) {
            keys.add(AttributePath.folded(path.of(item, otherwise), caseSensitive));
        }
        List<Object> groups = new ArrayList<>();
        List<Object> members = null;
        Object current = null;
        for (Object item : Comparison.sorted(render, items, keys, false)) {
            Object real = path.of(item, otherwise);
            Object key = AttributePath.folded(real, caseSensitive);
            if (members == null || !Comparison.equal(render, current, key)) {
                members = new ArrayList<>();
                groups.add(Tuple.group(real, members));
                current = key;
            }
            members.add(item);
        }
        return groups;
    }
}
