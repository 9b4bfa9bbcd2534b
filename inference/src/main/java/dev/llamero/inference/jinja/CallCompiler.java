package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Eval;
import dev.llamero.inference.jinja.Nodes.Arguments;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Calls, filters and tests to closures. */
final class CallCompiler {
    private interface ArgsEval {
        Args eval(Activation activation);
    }

    private CallCompiler() {}

    /** A call; {@code caller}, unless it is null, is passed on as the argument of that name. */
    static Eval call(Nodes.Call call, Frame frame, Eval caller) {
        ArgsEval plain = arguments(call.arguments(), frame);
        ArgsEval args = caller == null ? plain : withCaller(plain, caller);
        int line = call.line();
        if (call.callee() instanceof Nodes.GetAttribute(Nodes.Expr object, String name)) {
            Eval owner = ExpressionCompiler.compile(object, frame);
            return a -> {
                Object self = owner.eval(a);
                a.render.line(line);
                return Attributes.invoke(a.render, self, name, args.eval(a));
            };
        }
        Eval callee = ExpressionCompiler.compile(call.callee(), frame);
        return a -> {
            Object function = callee.eval(a);
            a.render.line(line);
            return Attributes.call(a.render, function, args.eval(a));
        };
    }

    private static ArgsEval withCaller(ArgsEval args, Eval caller) {
        return a -> {
            Args given = args.eval(a);
            Map<String, Object> named = new LinkedHashMap<>(given.named());
            named.put("caller", caller.eval(a));
            return new Args(given.positional(), named);
        };
    }

    private static ArgsEval arguments(Arguments arguments, Frame frame) {
        Eval[] positional = ExpressionCompiler.all(arguments.positional(), frame);
        if (arguments.isPlain()) {
            return positional.length == 0
                    ? _ -> Args.NONE
                    : a -> new Args(ExpressionCompiler.values(positional, a), Map.of());
        }
        Eval[] named = ExpressionCompiler.all(arguments.named(), frame);
        List<String> names = arguments.names();
        Eval star = arguments.star() == null ? null : ExpressionCompiler.compile(arguments.star(), frame);
        Eval doubleStar =
                arguments.doubleStar() == null ? null : ExpressionCompiler.compile(arguments.doubleStar(), frame);
        return a -> {
            Object[] values = ExpressionCompiler.values(positional, a);
            if (star != null) {
                values = extended(values, Sequences.list(a.render, star.eval(a)));
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            for (int i = 0; i < named.length; i++) {
                byName.put(names.get(i), named[i].eval(a));
            }
            if (doubleStar != null) {
                addAll(byName, doubleStar.eval(a));
            }
            return new Args(values, byName);
        };
    }

    private static Object[] extended(Object[] values, List<Object> more) {
        Object[] all = Arrays.copyOf(values, values.length + more.size());
        for (int i = 0; i < more.size(); i++) {
            all[values.length + i] = more.get(i);
        }
        return all;
    }

    private static void addAll(Map<String, Object> named, Object more) {
        if (!(more instanceof Map<?, ?> map)) {
            throw TemplateException.type("argument after ** must be a mapping, not " + PythonText.typeName(more));
        }
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw TemplateException.type("keywords must be strings");
            }
            if (named.put(name, value) != null) {
                throw TemplateException.type("got multiple values for keyword argument '" + name + "'");
            }
        });
    }

    /** A filter; {@code text} stands for its operand in filter and set blocks. */
    static Eval filter(Nodes.Filter node, Frame frame, Eval text) {
        Eval operand;
        if (node.operand() == null) {
            operand = text;
        } else if (node.operand() instanceof Nodes.Filter inner && text != null) {
            operand = filter(inner, frame, text);
        } else {
            operand = ExpressionCompiler.compile(node.operand(), frame);
        }
        ArgsEval args = arguments(node.arguments(), frame);
        Filters.Filter filter = Filters.find(node.name());
        if (filter == null) {
            return missing("filter", node.name(), frame, node.line());
        }
        return a -> filter.apply(a.render, operand.eval(a), args.eval(a));
    }

    static Eval test(Nodes.Test node, Frame frame) {
        Eval operand = ExpressionCompiler.compile(node.operand(), frame);
        ArgsEval args = arguments(node.arguments(), frame);
        Predicates.Test test = Predicates.find(node.name());
        if (test == null) {
            return missing("test", node.name(), frame, node.line());
        }
        return a -> test.test(a.render, operand.eval(a), args.eval(a));
    }

    private static Eval missing(String kind, String name, Frame frame, int line) {
        if (!frame.soft()) {
            throw TemplateException.assertion("No " + kind + " named " + PythonText.repr(name) + ".", line);
        }
        return _ -> {
            throw TemplateException.runtime("No " + kind + " named " + PythonText.repr(name) + " found.");
        };
    }
}
