package dev.llamero.inference.jinja;

/** The {@code cycler} object: gives its items one after the other, round and round. */
final class Cycler {
    private final Object[] items;
    private int position;

    Cycler(Object[] items) {
        if (items.length == 0) {
            throw new TemplateException("RuntimeError", "at least one item has to be provided");
        }
        this.items = items;
    }

    Object current() {
        return items[position];
    }

    Object next() {
        Object item = items[position];
        position = (position + 1) % items.length;
        return item;
    }

    void reset() {
        position = 0;
    }

    Tuple items() {
        return Tuple.of(items.clone());
    }

    long position() {
        return position;
    }
}
