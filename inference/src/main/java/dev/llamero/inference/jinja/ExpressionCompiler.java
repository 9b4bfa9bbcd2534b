package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Eval;
import dev.llamero.inference.jinja.FunctionScope.Variable;
import dev.llamero.inference.jinja.Nodes.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Expressions to closures. */
final class ExpressionCompiler {
    private ExpressionCompiler() {}

    static Eval compile(Expr expression, Frame frame) {
        return switch (expression) {
            case Nodes.Const(Object value) -> _ -> value;
            case Nodes.Name name -> name(name, frame);
            case Nodes.TupleOf(List<Expr> items) -> tuple(all(items, frame));
            case Nodes.ListOf(List<Expr> items) -> list(all(items, frame));
            case Nodes.DictOf(List<Expr> keys, List<Expr> values) -> dict(all(keys, frame), all(values, frame));
            case Nodes.Conditional conditional -> conditional(conditional, frame);
            case Nodes.And(Expr left, Expr right) -> {
                Eval first = compile(left, frame);
                Eval second = compile(right, frame);
                yield a -> {
                    Object value = first.eval(a);
                    return Sequences.truth(value) ? second.eval(a) : value;
                };
            }
            case Nodes.Or(Expr left, Expr right) -> {
                Eval first = compile(left, frame);
                Eval second = compile(right, frame);
                yield a -> {
                    Object value = first.eval(a);
                    return Sequences.truth(value) ? value : second.eval(a);
                };
            }
            case Nodes.Not(Expr operand) -> {
                Eval value = compile(operand, frame);
                yield a -> !Sequences.truth(value.eval(a));
            }
            case Nodes.Compare compare -> compare(compare, frame);
            case Nodes.Binary(String operator, Expr left, Expr right) -> {
                Eval first = compile(left, frame);
                Eval second = compile(right, frame);
                yield a -> Operators.binary(a.render, operator, first.eval(a), second.eval(a));
            }
            case Nodes.Unary(String operator, Expr operand) -> {
                Eval value = compile(operand, frame);
                yield a -> Operators.unary(operator, value.eval(a));
            }
            case Nodes.Concat(List<Expr> parts) -> concat(all(parts, frame));
            case Nodes.GetAttribute(Expr object, String name) -> {
                Eval owner = compile(object, frame);
                yield a -> Attributes.get(owner.eval(a), name);
            }
            case Nodes.GetItem(Expr object, Expr key) -> item(object, key, frame);
            case Nodes.Call call -> CallCompiler.call(call, frame, null);
            case Nodes.Filter filter -> CallCompiler.filter(filter, frame, null);
            case Nodes.Test test -> CallCompiler.test(test, frame);
            case Nodes.Slice _ -> throw TemplateException.syntax("a slice cannot be one of several indexes", 0);
            case Nodes.NamespaceRef _ -> throw new IllegalStateException("a target is no value");
        };
    }

    static Eval[] all(List<Expr> expressions, Frame frame) {
        return expressions.stream()
                .map(expression -> compile(expression, frame))
                .toArray(Eval[]::new);
    }

    private static Eval name(Nodes.Name node, Frame frame) {
        String name = node.name();
        Variable variable = frame.symbols().find(name);
        if (variable == null) {
            throw new IllegalStateException("name without a variable: " + name);
        }
        int slot = variable.index();
        int distance = frame.function().distanceTo(variable);
        if (distance == 0) {
            return a -> {
                Object value = a.slots[slot];
                return value == Activation.MISSING ? Undefined.name(name) : value;
            };
        }
        return a -> {
            Object value = Frame.at(a, distance).slots[slot];
            return value == Activation.MISSING ? Undefined.name(name) : value;
        };
    }

    private static Eval tuple(Eval[] items) {
        return a -> {
            a.render.charge(items.length);
            return Tuple.of(values(items, a));
        };
    }

    static Object[] values(Eval[] items, Activation activation) {
        Object[] values = new Object[items.length];
        for (int i = 0; i < items.length; i++) {
            values[i] = items[i].eval(activation);
        }
        return values;
    }

    private static Eval list(Eval[] items) {
        return a -> {
            a.render.charge(items.length);
            List<Object> list = new ArrayList<>(items.length);
            for (Eval item : items) {
                list.add(item.eval(a));
            }
            return list;
        };
    }

    private static Eval dict(Eval[] keys, Eval[] values) {
        return a -> {
            a.render.charge(keys.length);
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.length; i++) {
                Object key = keys[i].eval(a);
                Dicts.put(map, key instanceof Markup markup ? markup.text() : key, values[i].eval(a));
            }
            return map;
        };
    }

    private static Eval conditional(Nodes.Conditional node, Frame frame) {
        Frame soft = frame.asSoft();
        Eval test = compile(node.test(), soft);
        Eval then = compile(node.then(), soft);
        if (node.otherwise() == null) {
            String message = "the inline if-expression on line " + node.line()
                    + " evaluated to false and no else section was defined.";
            return a -> Sequences.truth(test.eval(a)) ? then.eval(a) : Undefined.hint(message);
        }
        Eval otherwise = compile(node.otherwise(), soft);
        return a -> Sequences.truth(test.eval(a)) ? then.eval(a) : otherwise.eval(a);
    }

    private static Eval compare(Nodes.Compare node, Frame frame) {
        Eval first = compile(node.first(), frame);
        Eval[] operands = all(node.operands(), frame);
        String[] operators = node.operators().toArray(String[]::new);
        if (operators.length == 1) {
            String operator = operators[0];
            Eval second = operands[0];
            return switch (operator) {
                case "==" -> a -> Comparison.equal(a.render, first.eval(a), second.eval(a));
                case "!=" -> a -> !Comparison.equal(a.render, first.eval(a), second.eval(a));
                default -> a -> Comparison.test(a.render, operator, first.eval(a), second.eval(a));
            };
        }
        return a -> {
            Object left = first.eval(a);
            for (int i = 0; i < operands.length; i++) {
                Object right = operands[i].eval(a);
                if (!Comparison.test(a.render, operators[i], left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private static Eval concat(Eval[] parts) {
        return a -> {
            Object[] values = values(parts, a);
            boolean markup = false;
            for (Object value : values) {
                markup |= value instanceof Markup;
            }
            boolean escape = markup && a.render.autoescape();
            StringBuilder out = new StringBuilder();
            for (Object value : values) {
                String text = escape ? Markup.of(a.render, value).text() : PythonText.str(a.render, value);
                a.render.chargeText((long) out.length() + text.length());
                out.append(text);
            }
            return escape ? new Markup(out.toString()) : out.toString();
        };
    }

    private static Eval item(Expr object, Expr key, Frame frame) {
        Eval owner = compile(object, frame);
        if (key instanceof Nodes.Slice(Expr start, Expr stop, Expr step)) {
            Eval from = start == null ? _ -> null : compile(start, frame);
            Eval to = stop == null ? _ -> null : compile(stop, frame);
            Eval by = step == null ? _ -> null : compile(step, frame);
            return a -> Sequences.slice(a.render, owner.eval(a), from.eval(a), to.eval(a), by.eval(a));
        }
        Eval index = compile(key, frame);
        return a -> Attributes.item(owner.eval(a), index.eval(a));
    }
}
