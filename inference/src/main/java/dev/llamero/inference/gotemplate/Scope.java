package dev.llamero.inference.gotemplate;

import java.util.ArrayList;
import java.util.List;

/** The variables of one executing template, innermost last. Used by one thread. */
final class Scope {
    private final List<String> names = new ArrayList<>();
    private final List<GoValue> values = new ArrayList<>();

    Scope(GoValue data) {
        push("$", data);
    }

    void push(String name, GoValue value) {
        names.add(name);
        values.add(value);
    }

    int mark() {
        return names.size();
    }

    void pop(int mark) {
        names.subList(mark, names.size()).clear();
        values.subList(mark, values.size()).clear();
    }

    /** Sets the innermost variable of a name; false if there is none. */
    boolean set(String name, GoValue value) {
        int at = names.lastIndexOf(name);
        if (at >= 0) {
            values.set(at, value);
        }
        return at >= 0;
    }

    /** Sets the variable that is so many from the end. */
    void setTop(int back, GoValue value) {
        values.set(values.size() - back, value);
    }

    /** Null if there is none. */
    GoValue get(String name) {
        int at = names.lastIndexOf(name);
        return at < 0 ? null : values.get(at);
    }
}
