package dev.llamero.inference.jinja;

import java.util.HashMap;
import java.util.Map;

/** Slots of one compiled function; names of the same block level share a slot, as they do in Jinja's own output. */
final class FunctionScope {
    /**
     * A variable: a slot in the activation of its function.
     *
     * @param function whose activation holds it
     * @param index number of the slot
     */
    record Variable(FunctionScope function, int index) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Variable variable && variable.function == function && variable.index == index;
        }

        @Override
        public int hashCode() {
            return index;
        }
    }

    private final int depth;
    private final Map<String, Variable> variables = new HashMap<>();
    private int size;

    /** The parent is the function around this one; null for the template itself and for blocks. */
    FunctionScope(FunctionScope parent) {
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    Variable variable(int level, String name) {
        return variables.computeIfAbsent(level + " " + name, _ -> hidden());
    }

    /** A slot that no name of the template reaches. */
    Variable hidden() {
        return new Variable(this, size++);
    }

    /** How many activations out from this function the variable's own one lies. */
    int distanceTo(Variable variable) {
        return depth - variable.function().depth;
    }

    int size() {
        return size;
    }
}
