package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.FunctionScope.Variable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names of one scope: which variable each one is and how the variable gets its value when the scope is entered.
 *
 * <p>These are the rules of {@code jinja2.idtracking}: a name that is set anywhere in a scope belongs to the scope as a
 * whole, copies the outer value on entry, and never writes it back.
 */
final class Symbols {
    /** How a variable starts. */
    enum Start {
        PARAMETER,
        RESOLVE,
        ALIAS,
        UNDEFINED
    }

    /**
     * What happens to a variable when its scope is entered.
     *
     * @param start how
     * @param name the name to look up, for {@code RESOLVE}
     * @param outer the variable to copy, for {@code ALIAS}
     */
    record Load(Start start, String name, Variable outer) {}

    private final Symbols parent;
    private final int level;
    private final FunctionScope function;
    private final Map<String, Variable> variables;
    private final Map<Variable, Load> loads;
    private final Set<String> stores;

    private Symbols(Symbols parent, int level, FunctionScope function, Symbols copied) {
        this.parent = parent;
        this.level = level;
        this.function = function;
        this.variables = copied == null ? new HashMap<>() : new HashMap<>(copied.variables);
        this.loads = copied == null ? new LinkedHashMap<>() : new LinkedHashMap<>(copied.loads);
        this.stores = copied == null ? new HashSet<>() : new HashSet<>(copied.stores);
    }

    static Symbols root(FunctionScope function) {
        return new Symbols(null, 0, function, null);
    }

    /** A scope inside this one, in the same function or in one inside it. */
    Symbols inner(FunctionScope innerFunction) {
        return new Symbols(this, level + 1, innerFunction, null);
    }

    Symbols copy() {
        return new Symbols(parent, level, function, this);
    }

    FunctionScope function() {
        return function;
    }

    Map<Variable, Load> loads() {
        return loads;
    }

    /** The variable of a name that this scope or one around it knows; null if none does. */
    Variable find(String name) {
        Variable variable = variables.get(name);
        return variable != null || parent == null ? variable : parent.find(name);
    }

    private Variable define(String name, Load load) {
        Variable variable = function.variable(level, name);
        variables.put(name, variable);
        loads.put(variable, load);
        return variable;
    }

    void store(String name) {
        stores.add(name);
        if (!variables.containsKey(name)) {
            Variable outer = parent == null ? null : parent.find(name);
            define(name, outer == null ? new Load(Start.UNDEFINED, null, null) : new Load(Start.ALIAS, null, outer));
        }
    }

    Variable parameter(String name) {
        stores.add(name);
        return define(name, new Load(Start.PARAMETER, null, null));
    }

    void load(String name) {
        if (find(name) == null) {
            define(name, new Load(Start.RESOLVE, name, null));
        }
    }

    /** Takes over what the branches of a condition define; what only some of them set starts from outside. */
    void merge(List<Symbols> branches) {
        Set<String> stored = new HashSet<>();
        branches.forEach(branch -> stored.addAll(branch.stores));
        stored.removeAll(stores);
        for (Symbols branch : branches) {
            variables.putAll(branch.variables);
            loads.putAll(branch.loads);
            stores.addAll(branch.stores);
        }
        for (String name : stored) {
            Variable outer = parent == null ? null : parent.find(name);
            loads.put(
                    find(name),
                    outer == null ? new Load(Start.RESOLVE, name, null) : new Load(Start.ALIAS, null, outer));
        }
    }

    /** Every name that was set here or around, with its variable. */
    Map<String, Variable> allStores() {
        Map<String, Variable> all = new HashMap<>();
        for (Symbols scope = this; scope != null; scope = scope.parent) {
            for (String name : scope.stores) {
                all.putIfAbsent(name, find(name));
            }
        }
        return all;
    }
}
