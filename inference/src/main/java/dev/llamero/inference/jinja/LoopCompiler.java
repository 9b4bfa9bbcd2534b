package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Eval;
import dev.llamero.inference.jinja.Code.Exec;
import dev.llamero.inference.jinja.Code.Signal;
import dev.llamero.inference.jinja.Code.Store;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** {@code for} loops to closures. */
final class LoopCompiler {
    /**
     * The {@code if} of a loop's head: a function of its own, so that looking ahead does not touch the body's names.
     */
    private record Condition(FunctionScope function, Exec entry, Store target, Eval test) {
        Iterator<Object> over(Activation outer, Iterator<Object> items) {
            Activation activation = new Activation(function.size(), outer, outer.render);
            entry.run(activation, null);
            return new Iterator<>() {
                private Object next;
                private boolean found;

                @Override
                public boolean hasNext() {
                    while (!found && items.hasNext()) {
                        activation.render.charge(1);
                        next = items.next();
                        target.store(activation, next);
                        found = Sequences.truth(test.eval(activation));
                    }
                    return found;
                }

                @Override
                public Object next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    found = false;
                    return next;
                }
            };
        }
    }

    /** The loop without its head; {@code loopSlot} is -1 where the body does not name {@code loop}. */
    private record Body(Store target, int loopSlot, Exec entry, Exec statements, Exec otherwiseEntry, Exec otherwise) {
        Signal run(Activation activation, Output output, Iterator<Object> items, LoopContext loop) {
            boolean completed = false;
            if (loop != null) {
                activation.slots[loopSlot] = loop;
            }
            while (loop == null ? items.hasNext() : loop.hasNext()) {
                activation.render.charge(1);
                target.store(activation, loop == null ? items.next() : loop.next());
                if (loop != null) {
                    // An inner loop of the same level may have used the slot.
                    activation.slots[loopSlot] = loop;
                }
                entry.run(activation, output);
                Signal signal = statements.run(activation, output);
                if (signal == Signal.BREAK) {
                    break;
                }
                completed |= signal == Signal.NEXT;
            }
            if (completed || otherwise == null) {
                return Signal.NEXT;
            }
            otherwiseEntry.run(activation, output);
            return otherwise.run(activation, output);
        }
    }

    private final Compiler compiler;

    LoopCompiler(Compiler compiler) {
        this.compiler = compiler;
    }

    Exec compile(Nodes.For loop, Frame frame) {
        Eval iterable = ExpressionCompiler.compile(loop.iterable(), frame);
        Condition condition = loop.test() == null ? null : condition(loop, frame);
        Frame outer = loop.recursive() ? frame.innerFunction() : frame.inner();
        Body body = body(loop, frame, outer);
        int line = loop.line();
        if (loop.recursive()) {
            FunctionScope function = outer.function();
            return (activation, output) -> {
                activation.render.line(line);
                Object items = iterable.eval(activation);
                output.append(
                        PythonText.str(activation.render, recurse(function, body, condition, activation, items, 0)));
                return Signal.NEXT;
            };
        }
        boolean extended = body.loopSlot() >= 0;
        return (activation, output) -> {
            activation.render.line(line);
            Object items = iterable.eval(activation);
            Iterator<Object> iterator = Sequences.iterate(activation.render, items);
            if (condition != null) {
                iterator = condition.over(activation, iterator);
            }
            int length = condition == null && extended ? Sequences.lengthOrMinusOne(items) : -1;
            LoopContext context = extended ? new LoopContext(iterator, length, null, 0) : null;
            return body.run(activation, output, iterator, context);
        };
    }

    private static Object recurse(
            FunctionScope function, Body body, Condition condition, Activation outer, Object items, int depth) {
        Render render = outer.render;
        render.enter();
        Activation activation = new Activation(function.size(), outer, render);
        Output output = new Output(render);
        Iterator<Object> iterator = Sequences.iterate(render, items);
        if (condition != null) {
            iterator = condition.over(outer, iterator);
        }
        int length = condition == null ? Sequences.lengthOrMinusOne(items) : -1;
        LoopContext.Recursion recursion =
                (nested, nestedDepth) -> recurse(function, body, condition, outer, nested, nestedDepth);
        body.run(activation, output, iterator, new LoopContext(iterator, length, recursion, depth));
        render.leave();
        return render.autoescape() ? new Markup(output.toString()) : output.toString();
    }

    private Condition condition(Nodes.For loop, Frame frame) {
        Frame inner = frame.innerFunction();
        SymbolFinder finder = new SymbolFinder(inner.symbols());
        finder.parameters(loop.target());
        finder.read(loop.test());
        Store target = compiler.target(loop.target(), inner);
        Eval test = ExpressionCompiler.compile(loop.test(), inner);
        return new Condition(inner.function(), inner.entry(), target, test);
    }

    private Body body(Nodes.For loop, Frame frame, Frame inner) {
        Frame bodyFrame = inner.asLoop();
        Symbols symbols = bodyFrame.symbols();
        int loopSlot = loop.mentionsLoop() || loop.recursive()
                ? symbols.parameter("loop").index()
                : -1;
        SymbolFinder finder = new SymbolFinder(symbols);
        finder.parameters(loop.target());
        finder.statements(loop.body());
        Store target = compiler.target(loop.target(), bodyFrame);
        Exec statements = compiler.body(loop.body(), bodyFrame);
        Exec entry = bodyFrame.entry();
        if (loop.otherwise().isEmpty()) {
            return new Body(target, loopSlot, entry, statements, null, null);
        }
        Frame otherwise = new Frame(
                frame.symbols().inner(inner.function()), false, false, !loop.recursive() && frame.breakable(), true);
        new SymbolFinder(otherwise.symbols()).statements(loop.otherwise());
        Exec code = compiler.body(loop.otherwise(), otherwise);
        return new Body(target, loopSlot, entry, statements, otherwise.entry(), code);
    }
}
