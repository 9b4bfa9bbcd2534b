package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Code.Eval;
import dev.llamero.inference.jinja.Code.Exec;
import dev.llamero.inference.jinja.Code.Signal;
import dev.llamero.inference.jinja.Code.Store;
import dev.llamero.inference.jinja.FunctionScope.Variable;
import dev.llamero.inference.jinja.Nodes.Expr;
import dev.llamero.inference.jinja.Nodes.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Statements to closures, each name resolved to its slot. */
final class Compiler {
    private final Map<String, Code.Function> blocks = new LinkedHashMap<>();
    private final LoopCompiler loops = new LoopCompiler(this);

    /**
     * A compiled template.
     *
     * @param main its text outside blocks
     * @param blocks bodies of its blocks
     */
    record Compiled(Code.Function main, Map<String, Code.Function> blocks) {}

    private Compiler() {}

    static Compiled compile(List<Stmt> statements) {
        Compiler compiler = new Compiler();
        return new Compiled(compiler.function(statements, true), Map.copyOf(compiler.blocks));
    }

    private Code.Function function(List<Stmt> statements, boolean toplevel) {
        FunctionScope function = new FunctionScope(null);
        Frame frame = new Frame(Symbols.root(function), toplevel, false, false, false);
        new SymbolFinder(frame.symbols()).statements(statements);
        Exec body = body(statements, frame);
        Exec entry = frame.entry();
        return (parent, render, output) -> {
            Activation activation = new Activation(function.size(), parent, render);
            entry.run(activation, output);
            body.run(activation, output);
        };
    }

    Exec body(List<Stmt> statements, Frame frame) {
        Exec[] code = statements.stream()
                .map(statement -> statement(statement, frame))
                .toArray(Exec[]::new);
        if (code.length == 1) {
            return code[0];
        }
        return (activation, output) -> {
            for (Exec statement : code) {
                Signal signal = statement.run(activation, output);
                if (signal != Signal.NEXT) {
                    return signal;
                }
            }
            return Signal.NEXT;
        };
    }

    private Exec statement(Stmt statement, Frame frame) {
        return switch (statement) {
            case Nodes.Data(String text) ->
                (_, output) -> {
                    output.append(text);
                    return Signal.NEXT;
                };
            case Nodes.Print print -> print(print, frame);
            case Nodes.For loop -> loops.compile(loop, frame);
            case Nodes.If condition -> condition(condition, frame);
            case Nodes.Set set -> set(set, frame);
            case Nodes.SetBlock set -> setBlock(set, frame);
            case Nodes.With with -> with(with, frame);
            case Nodes.MacroDefinition macro -> macro(macro, frame);
            case Nodes.CallBlock block -> callBlock(block, frame);
            case Nodes.Generation generation -> generation(generation, frame);
            case Nodes.FilterBlock block -> filterBlock(block, frame);
            case Nodes.Autoescape autoescape -> autoescape(autoescape, frame);
            case Nodes.Block block -> block(block, frame);
            case Nodes.Break(int line) -> jump("break", Signal.BREAK, frame, line);
            case Nodes.Continue(int line) -> jump("continue", Signal.CONTINUE, frame, line);
        };
    }

    private static Exec jump(String tag, Signal signal, Frame frame, int line) {
        if (!frame.breakable()) {
            throw TemplateException.syntax("'" + tag + "' outside loop", line);
        }
        return (_, _) -> signal;
    }

    private static void write(Object value, Activation activation, Output output) {
        Render render = activation.render;
        output.append(render.autoescape() ? Markup.of(render, value).text() : PythonText.str(render, value));
    }

    private static Exec print(Nodes.Print print, Frame frame) {
        Eval value = ExpressionCompiler.compile(print.value(), frame);
        int line = print.line();
        return (activation, output) -> {
            activation.render.line(line);
            write(value.eval(activation), activation, output);
            return Signal.NEXT;
        };
    }

    private Exec condition(Nodes.If condition, Frame frame) {
        Frame soft = frame.asSoft();
        int count = condition.branches().size();
        Eval[] tests = new Eval[count];
        Exec[] bodies = new Exec[count];
        int[] lines = new int[count];
        for (int i = 0; i < count; i++) {
            Nodes.Branch branch = condition.branches().get(i);
            tests[i] = branch.test() == null ? _ -> true : ExpressionCompiler.compile(branch.test(), soft);
            bodies[i] = body(branch.body(), soft);
            lines[i] = branch.line();
        }
        return (activation, output) -> {
            for (int i = 0; i < tests.length; i++) {
                activation.render.line(lines[i]);
                if (Sequences.truth(tests[i].eval(activation))) {
                    return bodies[i].run(activation, output);
                }
            }
            return Signal.NEXT;
        };
    }

    /** Code that assigns to the target; at the top of the template it also exports the name. */
    Store target(Expr target, Frame frame) {
        return switch (target) {
            case Nodes.Name(String name, int line) -> {
                if (name.equals("loop") && frame.insideLoop()) {
                    throw TemplateException.assertion("Can't assign to special loop variable in for-loop target", line);
                }
                int slot = frame.symbols().find(name).index();
                boolean toplevel = frame.toplevel();
                yield (activation, value) -> {
                    activation.slots[slot] = value;
                    if (toplevel) {
                        activation.render.export(name, value);
                    }
                };
            }
            case Nodes.NamespaceRef(String name, String attribute) -> {
                Variable variable = frame.symbols().find(name);
                int distance = frame.function().distanceTo(variable);
                yield (activation, value) -> {
                    Object object = Frame.at(activation, distance).slots[variable.index()];
                    if (!(object instanceof Namespace namespace)) {
                        throw TemplateException.runtime("cannot assign attribute on non-namespace object");
                    }
                    namespace.attributes().put(attribute, value);
                };
            }
            case Nodes.TupleOf(List<Expr> items) -> {
                Store[] stores = items.stream().map(item -> target(item, frame)).toArray(Store[]::new);
                yield (activation, value) -> {
                    Object[] values = Sequences.unpack(activation.render, value, stores.length);
                    for (int i = 0; i < stores.length; i++) {
                        stores[i].store(activation, values[i]);
                    }
                };
            }
            default -> throw new IllegalStateException("not a target: " + target);
        };
    }

    private Exec set(Nodes.Set set, Frame frame) {
        Eval value = ExpressionCompiler.compile(set.value(), frame);
        Store target = target(set.target(), frame);
        int line = set.line();
        return (activation, _) -> {
            activation.render.line(line);
            target.store(activation, value.eval(activation));
            return Signal.NEXT;
        };
    }

    private Exec setBlock(Nodes.SetBlock set, Frame frame) {
        Frame inner = frame.inner();
        new SymbolFinder(inner.symbols()).statements(set.body());
        Exec body = body(set.body(), inner);
        Exec entry = inner.entry();
        int textSlot = frame.function().hidden().index();
        Eval text = a -> a.slots[textSlot];
        Eval value = set.filter() == null ? text : CallCompiler.filter(set.filter(), inner, text);
        Store target = target(set.target(), frame);
        return (activation, _) -> {
            Output captured = new Output(activation.render);
            entry.run(activation, captured);
            Signal signal = body.run(activation, captured);
            if (signal == Signal.NEXT) {
                boolean markup = activation.render.autoescape();
                activation.slots[textSlot] = markup ? new Markup(captured.toString()) : captured.toString();
                Object made = value.eval(activation);
                boolean wrap = markup && Comparison.isText(made);
                target.store(activation, wrap ? new Markup(Comparison.text(made)) : made);
            }
            return signal;
        };
    }

    private Exec filterBlock(Nodes.FilterBlock block, Frame frame) {
        Frame inner = frame.inner();
        SymbolFinder finder = new SymbolFinder(inner.symbols());
        finder.statements(block.body());
        finder.read(block.filter());
        Exec body = body(block.body(), inner);
        Exec entry = inner.entry();
        int textSlot = frame.function().hidden().index();
        Eval value = CallCompiler.filter(block.filter(), inner, a -> a.slots[textSlot]);
        return (activation, output) -> {
            Output captured = new Output(activation.render);
            entry.run(activation, captured);
            Signal signal = body.run(activation, captured);
            if (signal == Signal.NEXT) {
                boolean markup = activation.render.autoescape();
                activation.slots[textSlot] = markup ? new Markup(captured.toString()) : captured.toString();
                write(value.eval(activation), activation, output);
            }
            return signal;
        };
    }

    private Exec with(Nodes.With with, Frame frame) {
        Frame inner = frame.inner();
        SymbolFinder finder = new SymbolFinder(inner.symbols());
        with.targets().forEach(finder::parameters);
        finder.statements(with.body());
        Eval[] values = ExpressionCompiler.all(with.values(), frame);
        Store[] targets =
                with.targets().stream().map(target -> target(target, inner)).toArray(Store[]::new);
        Exec body = body(with.body(), inner);
        Exec entry = inner.entry();
        return (activation, output) -> {
            entry.run(activation, output);
            for (int i = 0; i < targets.length; i++) {
                targets[i].store(activation, values[i].eval(activation));
            }
            return body.run(activation, output);
        };
    }

    private Macro.Definition definition(String name, Nodes.Parameters parameters, List<Stmt> statements, Frame frame) {
        Frame inner = frame.innerFunction();
        Symbols symbols = inner.symbols();
        int count = parameters.names().size();
        int[] slots = new int[count];
        for (int i = 0; i < count; i++) {
            slots[i] = symbols.parameter(parameters.names().get(i)).index();
        }
        int caller = parameters.caller() ? symbols.parameter("caller").index() : -1;
        int kwargs = parameters.kwargs() ? symbols.parameter("kwargs").index() : -1;
        int varargs = parameters.varargs() ? symbols.parameter("varargs").index() : -1;
        SymbolFinder finder = new SymbolFinder(symbols);
        parameters.defaults().forEach(finder::read);
        finder.statements(statements);
        Eval[] defaults = new Eval[count];
        int first = count - parameters.defaults().size();
        for (int i = first; i < count; i++) {
            defaults[i] = ExpressionCompiler.compile(parameters.defaults().get(i - first), inner);
        }
        Exec body = body(statements, inner);
        return new Macro.Definition(
                name,
                parameters.names(),
                slots,
                defaults,
                caller,
                kwargs,
                varargs,
                inner.function(),
                inner.entry(),
                body);
    }

    private Exec macro(Nodes.MacroDefinition macro, Frame frame) {
        Macro.Definition code = definition(macro.name(), macro.parameters(), macro.body(), frame);
        Store target = target(new Nodes.Name(macro.name(), macro.line()), frame);
        return (activation, _) -> {
            target.store(activation, new Macro(code, activation));
            return Signal.NEXT;
        };
    }

    private Exec callBlock(Nodes.CallBlock block, Frame frame) {
        Macro.Definition code = definition(null, block.parameters(), block.body(), frame);
        Eval call = CallCompiler.call(block.call(), frame, activation -> new Macro(code, activation));
        return (activation, output) -> {
            write(call.eval(activation), activation, output);
            return Signal.NEXT;
        };
    }

    private Exec generation(Nodes.Generation generation, Frame frame) {
        Macro.Definition code = definition(null, generation.parameters(), generation.body(), frame);
        return (activation, output) -> {
            write(new Macro(code, activation).call(activation.render, Args.NONE), activation, output);
            return Signal.NEXT;
        };
    }

    private Exec autoescape(Nodes.Autoescape autoescape, Frame frame) {
        Frame inner = frame.inner();
        SymbolFinder finder = new SymbolFinder(inner.symbols());
        finder.read(autoescape.value());
        finder.statements(autoescape.body());
        Eval value = ExpressionCompiler.compile(autoescape.value(), inner);
        Exec body = body(autoescape.body(), inner);
        Exec entry = inner.entry();
        return (activation, output) -> {
            Render render = activation.render;
            boolean before = render.autoescape();
            entry.run(activation, output);
            render.autoescape(Sequences.truth(value.eval(activation)));
            Signal signal = body.run(activation, output);
            render.autoescape(before);
            return signal;
        };
    }

    private Exec block(Nodes.Block block, Frame frame) {
        String name = block.name();
        if (blocks.containsKey(name)) {
            throw TemplateException.assertion("block " + PythonText.repr(name) + " defined twice", block.line());
        }
        // The name is taken before the body is compiled, so that a block cannot hold itself.
        blocks.put(name, (_, _, _) -> {});
        blocks.put(name, function(block.body(), false));
        Map<String, Variable> outer = block.scoped() ? frame.symbols().allStores() : Map.of();
        List<Map.Entry<String, Variable>> names = new ArrayList<>(outer.entrySet());
        FunctionScope function = frame.function();
        return (activation, output) -> {
            Render render = activation.render;
            Map<String, Object> before = render.exported();
            if (!names.isEmpty()) {
                Map<String, Object> seen = new HashMap<>(before);
                for (Map.Entry<String, Variable> entry : names) {
                    Variable variable = entry.getValue();
                    Object value = Frame.at(activation, function.distanceTo(variable)).slots[variable.index()];
                    if (value != Activation.MISSING) {
                        seen.put(entry.getKey(), value);
                    }
                }
                render.exported(seen);
            }
            render.block(name).run(null, render, output);
            render.exported(before);
            return Signal.NEXT;
        };
    }
}
