package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Eval;
import dev.llamero.inference.jinja.Code.Exec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A macro, or the body of a call block, together with the variables around its definition.
 *
 * @param code what it does
 * @param closure the activation in which it was defined
 */
record Macro(Definition code, Activation closure) implements Callable {
    /**
     * The compiled macro.
     *
     * @param name its name; null for the body of a call block
     * @param parameters names of the parameters
     * @param slots slot of each parameter
     * @param defaults default of each parameter, null where it has none
     * @param callerSlot slot of {@code caller}, -1 where the body does not name it; likewise the next two
     * @param function its slots
     * @param entry gives its other variables their first values
     * @param body the body
     */
    record Definition(
            String name,
            List<String> parameters,
            int[] slots,
            Eval[] defaults,
            int callerSlot,
            int kwargsSlot,
            int varargsSlot,
            FunctionScope function,
            Exec entry,
            Exec body) {}

    @Override
    public Object call(Render render, Args args) {
        Activation activation = new Activation(code.function().size(), closure, render);
        bind(activation, args);
        render.enter();
        Output output = new Output(render);
        code.entry().run(activation, output);
        for (int i = 0; i < code.slots().length; i++) {
            int slot = code.slots()[i];
            if (activation.slots[slot] == Activation.MISSING) {
                Eval otherwise = code.defaults()[i];
                activation.slots[slot] = otherwise == null
                        ? Undefined.hint(
                                "parameter " + PythonText.repr(code.parameters().get(i)) + " was not provided")
                        : otherwise.eval(activation);
            }
        }
        code.body().run(activation, output);
        render.leave();
        return render.autoescape() ? new Markup(output.toString()) : output.toString();
    }

    private void bind(Activation activation, Args args) {
        Object[] given = args.positional();
        List<String> parameters = code.parameters();
        Map<String, Object> named = new LinkedHashMap<>(args.named());
        for (int i = 0; i < parameters.size(); i++) {
            if (i < given.length) {
                activation.slots[code.slots()[i]] = given[i];
            } else if (named.containsKey(parameters.get(i))) {
                activation.slots[code.slots()[i]] = named.remove(parameters.get(i));
            }
        }
        String shown = code.name() == null ? "None" : PythonText.repr(code.name());
        if (code.callerSlot() >= 0) {
            Object caller = named.remove("caller");
            activation.slots[code.callerSlot()] = caller == null ? Undefined.hint("No caller defined") : caller;
        }
        if (code.kwargsSlot() >= 0) {
            activation.slots[code.kwargsSlot()] = named;
        } else if (!named.isEmpty()) {
            if (named.containsKey("caller")) {
                throw TemplateException.type("macro " + shown
                        + " was invoked with two values for the special caller argument. This is most likely a bug.");
            }
            throw TemplateException.type("macro " + shown + " takes no keyword argument "
                    + PythonText.repr(named.keySet().iterator().next()));
        }
        if (code.varargsSlot() >= 0) {
            int from = Math.min(parameters.size(), given.length);
            activation.slots[code.varargsSlot()] = Tuple.of(Arrays.copyOfRange(given, from, given.length));
        } else if (given.length > parameters.size()) {
            throw TemplateException.type(
                    "macro " + shown + " takes not more than " + parameters.size() + " argument(s)");
        }
    }

    /** The attribute's value, or {@link Activation#MISSING} if there is none of that name. */
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> code.name();
            case "arguments" -> Tuple.copyOf(code.parameters());
            case "catch_kwargs" -> code.kwargsSlot() >= 0;
            case "catch_varargs" -> code.varargsSlot() >= 0;
            case "caller" -> code.callerSlot() >= 0;
            default -> Activation.MISSING;
        };
    }

    @Override
    public String repr() {
        return "<Macro " + (code.name() == null ? "anonymous" : PythonText.repr(code.name())) + ">";
    }

    @Override
    public String typeName() {
        return "Macro";
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
