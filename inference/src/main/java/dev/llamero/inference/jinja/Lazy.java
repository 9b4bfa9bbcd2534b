package dev.llamero.inference.jinja;

import java.util.Iterator;

/**
 * Python's generator or iterator: its items can be walked once.
 *
 * @param typeName the Python type, {@code generator} for most filters
 * @param items what is left
 */
record Lazy(String typeName, Iterator<Object> items) {
    static Lazy generator(Iterator<Object> items) {
        return new Lazy("generator", items);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
