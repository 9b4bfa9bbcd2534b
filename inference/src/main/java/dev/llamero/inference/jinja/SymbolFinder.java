package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Nodes.Arguments;
import dev.llamero.inference.jinja.Nodes.Expr;
import dev.llamero.inference.jinja.Nodes.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Walks a scope's statements and enters the names that it reads and sets; stops where an inner scope begins. */
final class SymbolFinder {
    private Symbols symbols;

    SymbolFinder(Symbols symbols) {
        this.symbols = symbols;
    }

    void statements(List<Stmt> body) {
        body.forEach(this::statement);
    }

    private void statement(Stmt statement) {
        switch (statement) {
            case Nodes.Print print -> read(print.value());
            case Nodes.For loop -> read(loop.iterable());
            case Nodes.If condition -> condition(condition.branches());
            case Nodes.Set set -> {
                read(set.value());
                store(set.target());
            }
            case Nodes.SetBlock set -> {
                store(set.target());
                if (set.filter() != null) {
                    read(set.filter());
                }
            }
            case Nodes.With with -> with.values().forEach(this::read);
            case Nodes.MacroDefinition macro -> symbols.store(macro.name());
            case Nodes.CallBlock block -> read(block.call());
            case Nodes.FilterBlock block -> read(block.filter());
            case Nodes.Data _,
                    Nodes.Generation _,
                    Nodes.Autoescape _,
                    Nodes.Block _,
                    Nodes.Break _,
                    Nodes.Continue _ -> {}
        }
    }

    private void condition(List<Nodes.Branch> branches) {
        read(branches.getFirst().test());
        Symbols outer = symbols;
        Symbols first = outer.copy();
        symbols = first;
        statements(branches.getFirst().body());
        Symbols middle = outer.copy();
        Symbols last = outer.copy();
        for (Nodes.Branch branch : branches.subList(1, branches.size())) {
            if (branch.test() == null) {
                symbols = last;
                statements(branch.body());
            } else {
                symbols = middle;
                condition(List.of(branch));
            }
        }
        symbols = outer;
        outer.merge(List.of(first, middle, last));
    }

    private void store(Expr target) {
        switch (target) {
            case Nodes.Name name -> symbols.store(name.name());
            case Nodes.NamespaceRef reference -> symbols.load(reference.name());
            case Nodes.TupleOf(List<Expr> items) -> items.forEach(this::store);
            default -> throw new IllegalStateException("not a target: " + target);
        }
    }

    /** Enters the target's names as parameters of the scope, as a loop or {@code with} does. */
    void parameters(Expr target) {
        switch (target) {
            case Nodes.Name name -> symbols.parameter(name.name());
            case Nodes.TupleOf(List<Expr> items) -> items.forEach(this::parameters);
            default -> throw new IllegalStateException("not a target: " + target);
        }
    }

    void read(Expr expression) {
        if (expression instanceof Nodes.Name name) {
            symbols.load(name.name());
        } else if (expression != null) {
            children(expression).forEach(this::read);
        }
    }

    private static List<Expr> children(Expr expression) {
        return switch (expression) {
            case Nodes.Const _, Nodes.Name _, Nodes.NamespaceRef _ -> List.of();
            case Nodes.TupleOf tuple -> tuple.items();
            case Nodes.ListOf list -> list.items();
            case Nodes.DictOf dict -> joined(dict.keys(), dict.values());
            case Nodes.Conditional c -> present(c.test(), c.then(), c.otherwise());
            case Nodes.And and -> List.of(and.left(), and.right());
            case Nodes.Or or -> List.of(or.left(), or.right());
            case Nodes.Not not -> List.of(not.operand());
            case Nodes.Compare compare -> joined(List.of(compare.first()), compare.operands());
            case Nodes.Binary binary -> List.of(binary.left(), binary.right());
            case Nodes.Unary unary -> List.of(unary.operand());
            case Nodes.Concat concat -> concat.parts();
            case Nodes.GetAttribute get -> List.of(get.object());
            case Nodes.GetItem get -> List.of(get.object(), get.key());
            case Nodes.Slice slice -> present(slice.start(), slice.stop(), slice.step());
            case Nodes.Call call -> joined(List.of(call.callee()), arguments(call.arguments()));
            case Nodes.Filter filter -> joined(present(filter.operand()), arguments(filter.arguments()));
            case Nodes.Test test -> joined(present(test.operand()), arguments(test.arguments()));
        };
    }

    private static List<Expr> arguments(Arguments arguments) {
        List<Expr> all = joined(arguments.positional(), arguments.named());
        return joined(all, present(arguments.star(), arguments.doubleStar()));
    }

    private static List<Expr> joined(List<Expr> first, List<Expr> second) {
        List<Expr> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static List<Expr> present(Expr... expressions) {
        List<Expr> all = new ArrayList<>();
        for (Expr expression : expressions) {
            if (expression != null) {
                all.add(expression);
            }
        }
        return all;
    }
}
