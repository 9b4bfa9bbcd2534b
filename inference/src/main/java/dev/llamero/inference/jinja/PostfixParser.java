package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Nodes.Arguments;
import dev.llamero.inference.jinja.Nodes.Expr;
import dev.llamero.inference.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** What may follow a value: attributes, subscripts, calls, filters, tests. */
final class PostfixParser {
    private final TokenStream stream;
    private final ExpressionParser expressions;

    PostfixParser(TokenStream stream, ExpressionParser expressions) {
        this.stream = stream;
        this.expressions = expressions;
    }

    Expr postfix(Expr start) {
        Expr node = start;
        int length = 0;
        while (stream.is(Kind.OPERATOR)) {
            if (stream.isOperator(".") || stream.isOperator("[")) {
                node = subscript(node);
            } else if (stream.isOperator("(")) {
                int line = stream.line();
                node = new Nodes.Call(node, arguments(), line);
            } else {
                break;
            }
            stream.chained(++length);
        }
        return node;
    }

    Expr filters(Expr start) {
        Expr node = start;
        int length = 0;
        while (true) {
            if (stream.isOperator("|")) {
                stream.next();
                node = filter(node);
            } else if (stream.isName("is")) {
                node = test(node);
            } else if (stream.isOperator("(")) {
                int line = stream.line();
                node = new Nodes.Call(node, arguments(), line);
            } else {
                return node;
            }
            stream.chained(++length);
        }
    }

    private Expr subscript(Expr node) {
        if (stream.next().isOperator(".")) {
            Token attribute = stream.next();
            if (attribute.kind() == Kind.NAME) {
                return new Nodes.GetAttribute(node, (String) attribute.value());
            }
            if (attribute.kind() != Kind.INTEGER) {
                throw TemplateException.syntax("expected name or number", attribute.line());
            }
            return new Nodes.GetItem(node, new Nodes.Const(attribute.value()));
        }
        List<Expr> keys = new ArrayList<>();
        while (!stream.isOperator("]")) {
            if (!keys.isEmpty()) {
                stream.expectOperator(",");
            }
            keys.add(subscriptKey());
        }
        stream.expectOperator("]");
        return new Nodes.GetItem(node, keys.size() == 1 ? keys.getFirst() : new Nodes.TupleOf(keys));
    }

    private Expr subscriptKey() {
        Expr start = null;
        if (!stream.skipOperator(":")) {
            start = expressions.expression();
            if (!stream.skipOperator(":")) {
                return start;
            }
        }
        Expr stop = slicePartFollows() ? expressions.expression() : null;
        Expr step = stream.skipOperator(":") && slicePartFollows() ? expressions.expression() : null;
        return new Nodes.Slice(start, stop, step);
    }

    private boolean slicePartFollows() {
        return !stream.isOperator(":") && !stream.isOperator("]") && !stream.isOperator(",");
    }

    private Arguments arguments() {
        int line = stream.line();
        stream.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expr> named = new ArrayList<>();
        Expr star = null;
        Expr doubleStar = null;
        boolean first = true;
        while (!stream.isOperator(")")) {
            if (!first) {
                stream.expectOperator(",");
                if (stream.isOperator(")")) {
                    break;
                }
            }
            first = false;
            if (stream.isOperator("*")) {
                require(star == null && doubleStar == null, line);
                stream.next();
                star = expressions.expression();
            } else if (stream.isOperator("**")) {
                require(doubleStar == null, line);
                stream.next();
                doubleStar = expressions.expression();
            } else if (stream.is(Kind.NAME) && stream.look().isOperator("=")) {
                require(doubleStar == null, line);
                names.add((String) stream.next().value());
                stream.next();
                named.add(expressions.expression());
            } else {
                require(star == null && doubleStar == null && names.isEmpty(), line);
                positional.add(expressions.expression());
            }
        }
        stream.expectOperator(")");
        return new Arguments(positional, names, named, star, doubleStar);
    }

    private static void require(boolean valid, int line) {
        if (!valid) {
            throw TemplateException.syntax("invalid syntax for function call expression", line);
        }
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder((String) stream.expect(Kind.NAME).value());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expect(Kind.NAME).value());
        }
        return name.toString();
    }

    /** A filter's name and arguments, after the bar. */
    Nodes.Filter filter(Expr operand) {
        int line = stream.line();
        String name = dottedName();
        Arguments arguments = stream.isOperator("(") ? arguments() : Arguments.NONE;
        return new Nodes.Filter(operand, name, arguments, line);
    }

    private Expr test(Expr operand) {
        int line = stream.next().line();
        boolean negated = stream.skipName("not");
        String name = dottedName();
        Arguments arguments = Arguments.NONE;
        if (stream.isOperator("(")) {
            arguments = arguments();
        } else if (testArgumentFollows()) {
            if (stream.isName("is")) {
                throw stream.fail("You cannot chain multiple tests with is");
            }
            arguments = new Arguments(List.of(postfix(expressions.primary(false))), List.of(), List.of(), null, null);
        }
        Expr test = new Nodes.Test(operand, name, arguments, line);
        return negated ? new Nodes.Not(test) : test;
    }

    private boolean testArgumentFollows() {
        return switch (stream.current().kind()) {
            case NAME -> !stream.isName("else") && !stream.isName("or") && !stream.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            default -> stream.isOperator("[") || stream.isOperator("{");
        };
    }
}
