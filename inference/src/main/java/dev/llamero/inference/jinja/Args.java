package dev.llamero.inference.jinja;

import java.util.Arrays;
import java.util.Map;

/**
 * Evaluated arguments of one call.
 *
 * @param positional in order; owned by the call
 * @param named by name, in order of writing
 */
record Args(Object[] positional, Map<String, Object> named) {
    static final Args NONE = new Args(new Object[0], Map.of());

    static Args of(Object... positional) {
        return new Args(positional, Map.of());
    }

    /** Without the first positional ones. */
    Args from(int index) {
        int start = Math.min(index, positional.length);
        return new Args(Arrays.copyOfRange(positional, start, positional.length), named);
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
