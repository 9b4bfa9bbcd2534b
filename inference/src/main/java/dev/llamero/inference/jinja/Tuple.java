package dev.llamero.inference.jinja;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/** Python's tuple. A group of {@code groupby} is one too, whose two items have names. */
final class Tuple extends AbstractList<Object> implements RandomAccess {
    static final Tuple EMPTY = new Tuple(false);

    private final Object[] items;
    private final boolean group;

    private Tuple(boolean group, Object... items) {
        this.items = items;
        this.group = group;
    }

    static Tuple of(Object... items) {
        return new Tuple(false, items);
    }

    static Tuple copyOf(List<?> items) {
        return new Tuple(false, items.toArray());
    }

    static Tuple group(Object key, List<Object> members) {
        return new Tuple(true, key, members);
    }

    boolean isGroup() {
        return group;
    }

    @Override
    public Object get(int index) {
        return items[index];
    }

    @Override
    public int size() {
        return items.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple tuple && Arrays.equals(items, tuple.items);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(items);
    }
}
