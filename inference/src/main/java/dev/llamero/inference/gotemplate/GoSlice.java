package dev.llamero.inference.gotemplate;

import java.util.List;

/** A window on a list, which can be widened again up to its capacity. */
record GoSlice(List<GoValue> backing, int offset, int length, int capacity) {
    static final GoSlice EMPTY = of(List.of());

    static GoSlice of(List<GoValue> items) {
        return new GoSlice(items, 0, items.size(), items.size());
    }

    GoValue get(int index) {
        return backing.get(offset + index);
    }

    List<GoValue> items() {
        return backing.subList(offset, offset + length);
    }
}
