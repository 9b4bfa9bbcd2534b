package dev.llamero.inference.jinja;

import java.util.List;

/** The parsed template: immutable records, without a decision about scopes yet. */
final class Nodes {
    private Nodes() {}

    /** Arguments of a call, filter or test. */
    record Arguments(List<Expr> positional, List<String> names, List<Expr> named, Expr star, Expr doubleStar) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), null, null);

        boolean isPlain() {
            return names.isEmpty() && star == null && doubleStar == null;
        }
    }

    /** An expression. */
    sealed interface Expr {}

    record Const(Object value) implements Expr {}

    record Name(String name, int line) implements Expr {}

    /** A target {@code name.attribute} in {@code set}. */
    record NamespaceRef(String name, String attribute) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

    /** {@code otherwise} is null where there is no else. */
    record Conditional(Expr test, Expr then, Expr otherwise, int line) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Not(Expr operand) implements Expr {}

    record Compare(Expr first, List<String> operators, List<Expr> operands) implements Expr {}

    record Binary(String operator, Expr left, Expr right) implements Expr {}

    record Unary(String operator, Expr operand) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    record GetAttribute(Expr object, String name) implements Expr {}

    record GetItem(Expr object, Expr key) implements Expr {}

    /** Parts that are not written are null. */
    record Slice(Expr start, Expr stop, Expr step) implements Expr {}

    record Call(Expr callee, Arguments arguments, int line) implements Expr {}

    /** {@code operand} is null in a filter or set block, where the text of the block takes its place. */
    record Filter(Expr operand, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr operand, String name, Arguments arguments, int line) implements Expr {}

    /** A statement. */
    sealed interface Stmt {}

    record Data(String text) implements Stmt {}

    record Print(Expr value, int line) implements Stmt {}

    record For(
            Expr target,
            Expr iterable,
            Expr test,
            boolean recursive,
            boolean mentionsLoop,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line)
            implements Stmt {}

    /** One branch per condition, the else branch last with a null test. */
    record If(List<Branch> branches) implements Stmt {}

    record Branch(Expr test, List<Stmt> body, int line) {}

    record Set(Expr target, Expr value, int line) implements Stmt {}

    record SetBlock(Expr target, Filter filter, List<Stmt> body, int line) implements Stmt {}

    record With(List<Expr> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

    record MacroDefinition(String name, Parameters parameters, List<Stmt> body, int line) implements Stmt {}

    record CallBlock(Call call, Parameters parameters, List<Stmt> body, int line) implements Stmt {}

    /** {@code generation}: marks the assistant's part; the text passes through. */
    record Generation(Parameters parameters, List<Stmt> body, int line) implements Stmt {}

    record FilterBlock(Filter filter, List<Stmt> body, int line) implements Stmt {}

    record Autoescape(Expr value, List<Stmt> body, int line) implements Stmt {}

    record Block(String name, boolean scoped, List<Stmt> body, int line) implements Stmt {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}

    /**
     * Parameters of a macro; the defaults belong to the last ones.
     *
     * @param caller whether the body names {@code caller}; likewise the other two
     */
    record Parameters(List<String> names, List<Expr> defaults, boolean caller, boolean kwargs, boolean varargs) {}
}
