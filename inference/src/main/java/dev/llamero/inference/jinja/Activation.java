package dev.llamero.inference.jinja;

import java.util.Arrays;

/** Variables of one running function: the template itself, a macro, a block, a recursive loop. */
final class Activation {
    /** Marks a name that has no value. */
    static final Object MISSING = new Object();

    final Object[] slots;
    final Activation parent;
    final Render render;

    Activation(int size, Activation parent, Render render) {
        this.slots = new Object[size];
        this.parent = parent;
        this.render = render;
        Arrays.fill(slots, MISSING);
    }
}
