package dev.llamero.inference.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** State of one rendering: what the template sees, how much it used, where it is. Owned by the thread that renders. */
final class Render {
    private final Limits limits;
    private final Clock clock;
    private final Map<String, Object> variables;
    private Map<String, Object> exported = Map.of();
    private Map<String, Code.Function> blocks = Map.of();
    private long work;
    private int depth;
    private boolean autoescape;
    private int line;

    Render(Limits limits, Clock clock, Map<String, Object> variables) {
        this.limits = limits;
        this.clock = clock;
        this.variables = variables;
    }

    Clock clock() {
        return clock;
    }

    Limits limits() {
        return limits;
    }

    boolean autoescape() {
        return autoescape;
    }

    void autoescape(boolean on) {
        autoescape = on;
    }

    int line() {
        return line;
    }

    void line(int now) {
        line = now;
    }

    /** Makes room for what blocks need; templates without blocks do not pay for it. */
    void useBlocks(Map<String, Code.Function> functions) {
        blocks = functions;
        exported = new HashMap<>();
    }

    Code.Function block(String name) {
        return blocks.get(name);
    }

    /** Keeps a name that was set at the top of the template, where blocks look it up. */
    void export(String name, Object value) {
        if (!blocks.isEmpty()) {
            exported.put(name, value);
        }
    }

    Map<String, Object> exported() {
        return exported;
    }

    /** Replaces the exported names while a scoped block runs. */
    void exported(Map<String, Object> names) {
        exported = names;
    }

    /** Value of a name that no scope of the template sets, or {@link Activation#MISSING}. */
    Object resolve(String name) {
        if (!exported.isEmpty() && exported.containsKey(name)) {
            return exported.get(name);
        }
        Object value = variables.get(name);
        if (value != null || variables.containsKey(name)) {
            return value;
        }
        return Globals.find(name);
    }

    /** Counts work and stops a template that does too much of it. */
    void charge(long units) {
        work += units;
        if (work > limits.workMax()) {
            throw TemplateException.limit("the template did more than %d units of work", limits.workMax());
        }
    }

    /** Checks a string's length before or after it is made, and counts it as work. */
    void chargeText(long chars) {
        if (chars > limits.textCharsMax()) {
            throw TemplateException.limit("the template made a text of more than %d chars", limits.textCharsMax());
        }
        charge(1 + (chars >> 4));
    }

    void enter() {
        if (++depth > limits.depthMax()) {
            throw new TemplateException("RecursionError", "maximum recursion depth exceeded");
        }
    }

    void leave() {
        depth--;
    }
}
