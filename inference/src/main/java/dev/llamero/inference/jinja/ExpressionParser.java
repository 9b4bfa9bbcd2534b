package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Nodes.Expr;
import dev.llamero.inference.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Expressions, with Jinja's own precedence: comparison, then plus and minus, then {@code ~}, then times, then power.
 */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");

    private final TokenStream stream;

    /** How often the special names were read so far; the parser of a body compares before and after. */
    private final Mentions mentions = new Mentions();

    /** Counts of the names that a loop or a macro provides only where they are used. */
    static final class Mentions {
        int loop;
        int caller;
        int kwargs;
        int varargs;

        void count(String name) {
            switch (name) {
                case "loop" -> loop++;
                case "caller" -> caller++;
                case "kwargs" -> kwargs++;
                case "varargs" -> varargs++;
                default -> {}
            }
        }
    }

    private final PostfixParser postfixes;

    ExpressionParser(TokenStream stream) {
        this.stream = stream;
        this.postfixes = new PostfixParser(stream, this);
    }

    Mentions mentions() {
        return mentions;
    }

    /** A filter's name and arguments, after the bar. */
    Nodes.Filter filter(Expr operand) {
        return postfixes.filter(operand);
    }

    /** An expression with an inline {@code if}. */
    Expr expression() {
        stream.enter();
        int line = stream.line();
        Expr value = or();
        int length = 0;
        while (stream.skipName("if")) {
            stream.chained(++length);
            Expr test = or();
            Expr otherwise = stream.skipName("else") ? expression() : null;
            value = new Nodes.Conditional(test, value, otherwise, line);
            line = stream.line();
        }
        stream.leave();
        return value;
    }

    private Expr or() {
        Expr left = and();
        int length = 0;
        while (stream.skipName("or")) {
            stream.chained(++length);
            left = new Nodes.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        int length = 0;
        while (stream.skipName("and")) {
            stream.chained(++length);
            left = new Nodes.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (!stream.skipName("not")) {
            return compare();
        }
        stream.enter();
        Expr operand = not();
        stream.leave();
        return new Nodes.Not(operand);
    }

    private Expr compare() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> operands = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains((String) token.value())) {
                stream.next();
                operators.add((String) token.value());
            } else if (stream.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && stream.look().isName("in")) {
                stream.next();
                stream.next();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(sum());
        }
        return operators.isEmpty() ? first : new Nodes.Compare(first, operators, operands);
    }

    private Expr sum() {
        Expr left = concat();
        int length = 0;
        while (stream.isOperator("+") || stream.isOperator("-")) {
            stream.chained(++length);
            left = new Nodes.Binary((String) stream.next().value(), left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!stream.isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>(List.of(first));
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return new Nodes.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        int length = 0;
        while (stream.is(Kind.OPERATOR)
                && PRODUCTS.contains((String) stream.current().value())) {
            stream.chained(++length);
            left = new Nodes.Binary((String) stream.next().value(), left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        int length = 0;
        while (stream.skipOperator("**")) {
            stream.chained(++length);
            left = new Nodes.Binary("**", left, unary(true));
        }
        return left;
    }

    private Expr unary(boolean withFilter) {
        Expr node;
        if (stream.isOperator("-") || stream.isOperator("+")) {
            stream.enter();
            node = new Nodes.Unary((String) stream.next().value(), unary(false));
            stream.leave();
        } else {
            node = primary(false);
        }
        node = postfixes.postfix(node);
        return withFilter ? postfixes.filters(node) : node;
    }

    /** A literal or a name; with {@code namespace} also {@code name.attribute} as a target. */
    Expr primary(boolean target) {
        Token token = stream.current();
        switch (token.kind()) {
            case NAME -> {
                stream.next();
                return name((String) token.value(), token.line(), target);
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (stream.is(Kind.STRING)) {
                    text.append(stream.next().value());
                }
                return new Nodes.Const(text.toString());
            }
            case INTEGER, FLOAT -> {
                return new Nodes.Const(stream.next().value());
            }
            default -> {}
        }
        if (stream.skipOperator("(")) {
            Expr value = tuple(() -> target ? primary(true) : expression(), null, true);
            stream.expectOperator(")");
            return value;
        }
        if (stream.isOperator("[")) {
            return list();
        }
        if (stream.isOperator("{")) {
            return dict();
        }
        throw stream.fail("unexpected " + PythonText.repr(token.describe()));
    }

    private Expr name(String name, int line, boolean target) {
        switch (name) {
            case "true", "True":
                return new Nodes.Const(true);
            case "false", "False":
                return new Nodes.Const(false);
            case "none", "None":
                return new Nodes.Const(null);
            default:
                if (target) {
                    return stream.skipOperator(".")
                            ? new Nodes.NamespaceRef(
                                    name, (String) stream.expect(Kind.NAME).value())
                            : new Nodes.Name(name, line);
                }
                mentions.count(name);
                return new Nodes.Name(name, line);
        }
    }

    /** Comma separated expressions; one without a comma stands for itself. */
    Expr tuple(boolean conditionals, String endName) {
        return tuple(conditionals ? this::expression : this::or, endName, false);
    }

    /** A target of an assignment: a name, a namespace attribute or a tuple of them. */
    Expr target(boolean namespaces, String endName) {
        int line = stream.line();
        Expr target = tuple(() -> primary(true), endName, false);
        checkTarget(target, namespaces, line);
        return target;
    }

    private void checkTarget(Expr target, boolean namespaces, int line) {
        switch (target) {
            case Nodes.Name _ -> {}
            case Nodes.NamespaceRef _ -> {
                if (!namespaces) {
                    throw TemplateException.syntax("a namespace attribute can only be assigned with set", line);
                }
            }
            case Nodes.TupleOf(List<Expr> items) -> items.forEach(item -> checkTarget(item, namespaces, line));
            default -> {
                String kind =
                        target instanceof Nodes.Const ? "const" : target instanceof Nodes.ListOf ? "list" : "dict";
                throw TemplateException.syntax("can't assign to '" + kind + "'", line);
            }
        }
    }

    private Expr tuple(Supplier<Expr> parse, String endName, boolean parentheses) {
        stream.enter();
        List<Expr> items = new ArrayList<>();
        boolean isTuple = false;
        while (true) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (atTupleEnd(endName)) {
                break;
            }
            items.add(parse.get());
            if (!stream.isOperator(",")) {
                break;
            }
            isTuple = true;
        }
        stream.leave();
        if (!isTuple && !items.isEmpty()) {
            return items.getFirst();
        }
        if (!isTuple && !parentheses) {
            throw stream.fail("Expected an expression, got "
                    + PythonText.repr(stream.current().describe()));
        }
        return new Nodes.TupleOf(items);
    }

    private boolean atTupleEnd(String endName) {
        return stream.is(Kind.VARIABLE_END)
                || stream.is(Kind.BLOCK_END)
                || stream.isOperator(")")
                || endName != null && stream.isName(endName);
    }

    private Expr list() {
        stream.expectOperator("[");
        List<Expr> items = new ArrayList<>();
        while (!stream.isOperator("]")) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
                if (stream.isOperator("]")) {
                    break;
                }
            }
            items.add(expression());
        }
        stream.expectOperator("]");
        return new Nodes.ListOf(items);
    }

    private Expr dict() {
        stream.expectOperator("{");
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!stream.isOperator("}")) {
            if (!keys.isEmpty()) {
                stream.expectOperator(",");
                if (stream.isOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            stream.expectOperator(":");
            values.add(expression());
        }
        stream.expectOperator("}");
        return new Nodes.DictOf(keys, values);
    }
}
