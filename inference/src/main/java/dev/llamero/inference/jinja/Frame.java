package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Exec;
import dev.llamero.inference.jinja.Code.Signal;
import dev.llamero.inference.jinja.FunctionScope.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the compiler knows where it stands.
 *
 * @param symbols names of the scope
 * @param toplevel whether a set name is a name of the whole template
 * @param soft whether unknown filters and tests fail only when they are reached
 * @param breakable whether {@code break} and {@code continue} have a loop here
 * @param insideLoop whether any loop is around, where {@code loop} may not be assigned
 */
record Frame(Symbols symbols, boolean toplevel, boolean soft, boolean breakable, boolean insideLoop) {
    FunctionScope function() {
        return symbols.function();
    }

    /** A scope inside this one and in the same function. */
    Frame inner() {
        return new Frame(symbols.inner(function()), false, false, breakable, insideLoop);
    }

    /** The scope of a function that is defined here. */
    Frame innerFunction() {
        return new Frame(symbols.inner(new FunctionScope(function())), false, false, false, insideLoop);
    }

    Frame asSoft() {
        return new Frame(symbols, toplevel, true, breakable, insideLoop);
    }

    Frame asLoop() {
        return new Frame(symbols, false, false, true, true);
    }

    /** Code that gives the scope's variables their first values. */
    Exec entry() {
        List<Variable> variables = new ArrayList<>();
        List<Symbols.Load> loads = new ArrayList<>();
        for (Map.Entry<Variable, Symbols.Load> entry : symbols.loads().entrySet()) {
            if (entry.getValue().start() != Symbols.Start.PARAMETER) {
                variables.add(entry.getKey());
                loads.add(entry.getValue());
            }
        }
        int[] slots = variables.stream().mapToInt(Variable::index).toArray();
        Symbols.Load[] starts = loads.toArray(Symbols.Load[]::new);
        int[] distances = loads.stream()
                .mapToInt(load -> load.outer() == null ? 0 : function().distanceTo(load.outer()))
                .toArray();
        return (activation, _) -> {
            for (int i = 0; i < slots.length; i++) {
                Symbols.Load load = starts[i];
                activation.slots[slots[i]] = switch (load.start()) {
                    case RESOLVE -> activation.render.resolve(load.name());
                    case ALIAS ->
                        at(activation, distances[i]).slots[load.outer().index()];
                    default -> Activation.MISSING;
                };
            }
            return Signal.NEXT;
        };
    }

    /** The activation so many functions out. */
    static Activation at(Activation activation, int distance) {
        Activation found = activation;
        for (int i = 0; i < distance; i++) {
            found = found.parent;
        }
        return found;
    }
}
