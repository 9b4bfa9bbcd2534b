package dev.llamero.inference.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Parameters of a built-in function, filter, test or method, and how arguments are matched with them.
 *
 * <p>Written as text: names apart by spaces, {@code ?} after an optional one, a leading {@code /} where Python takes no
 * names.
 */
final class Signature {
    /** Stands for an optional argument that was not given. */
    static final Object ABSENT = new Object();

    private final String function;
    private final String[] names;
    private final int required;
    private final boolean positionalOnly;

    /** Arguments that the function has before these: the value, for filters and tests. */
    private final int before;

    private Signature(String function, String[] names, int required, boolean positionalOnly) {
        this.function = function;
        this.names = names;
        this.required = required;
        this.positionalOnly = positionalOnly;
        this.before = function.startsWith("do_") || function.startsWith("test_") ? 1 : 0;
    }

    static Signature of(String function, String parameters) {
        List<String> names = new ArrayList<>();
        int required = 0;
        boolean positionalOnly = parameters.startsWith("/");
        for (String part : parameters.substring(positionalOnly ? 1 : 0).split(" ")) {
            if (!part.isEmpty()) {
                boolean optional = part.endsWith("?");
                required += optional ? 0 : 1;
                names.add(optional ? part.substring(0, part.length() - 1) : part);
            }
        }
        return new Signature(function, names.toArray(String[]::new), required, positionalOnly);
    }

    /** One value per parameter, {@link #ABSENT} where an optional one was left out. */
    Object[] bind(Args args) {
        Object[] given = args.positional();
        if (args.named().isEmpty() && given.length == names.length) {
            return given;
        }
        if (positionalOnly && args.named().isEmpty() && (given.length > names.length || given.length < required)) {
            throw wrongCount(given.length);
        }
        if (given.length > names.length) {
            int most = names.length + before;
            int all = given.length + before;
            String atMost = names.length == required
                    ? ""
                    : required + before == 0 ? "" : "from " + (required + before) + " to ";
            throw TemplateException.type(function + "() takes " + atMost + most + " positional argument"
                    + (most == 1 ? "" : "s") + " but " + all + (all == 1 ? " was" : " were") + " given");
        }
        Object[] bound = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            bound[i] = i < given.length ? given[i] : ABSENT;
        }
        for (Map.Entry<String, Object> entry : args.named().entrySet()) {
            bound[namedIndex(entry.getKey(), given.length)] = entry.getValue();
        }
        checkRequired(bound);
        return bound;
    }

    private void checkRequired(Object[] bound) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < required; i++) {
            if (bound[i] == ABSENT) {
                missing.add("'" + names[i] + "'");
            }
        }
        if (!missing.isEmpty()) {
            String plural = missing.size() == 1 ? "" : "s";
            throw TemplateException.type(function + "() missing " + missing.size() + " required positional argument"
                    + plural + ": " + String.join(" and ", missing));
        }
    }

    /** Python's own functions word it in their own way. */
    private TemplateException wrongCount(int given) {
        if (names.length == 0) {
            return TemplateException.type(function + "() takes no arguments (" + given + " given)");
        }
        if (names.length == 1 && required == 1) {
            return TemplateException.type(function + "() takes exactly one argument (" + given + " given)");
        }
        String shortName = function.substring(function.indexOf('.') + 1);
        boolean few = given < required;
        int bound = few ? required : names.length;
        String range = required == names.length ? "" : few ? "at least " : "at most ";
        return TemplateException.type(
                shortName + " expected " + range + bound + " argument" + (bound == 1 ? "" : "s") + ", got " + given);
    }

    private int namedIndex(String name, int givenCount) {
        if (positionalOnly) {
            throw TemplateException.type(function + "() takes no keyword arguments");
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                if (i < givenCount) {
                    throw TemplateException.type(function + "() got multiple values for argument '" + name + "'");
                }
                return i;
            }
        }
        throw TemplateException.type(function + "() got an unexpected keyword argument '" + name + "'");
    }
}
