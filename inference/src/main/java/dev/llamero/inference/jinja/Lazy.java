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

    /** A generator whose code fails as soon as the first item is asked for. */
    static Lazy failing(TemplateException failure) {
        return generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw failure;
            }

            @Override
            public Object next() {
                throw failure;
            }
        });
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
