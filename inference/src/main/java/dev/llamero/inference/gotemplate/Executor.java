package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.GoType.Kind;
import dev.llamero.inference.gotemplate.Node.BranchKind;
import java.util.List;
import java.util.Map;

/** Executes one template of a program: walks its tree and writes. Used by one thread. */
final class Executor {
    private static final String TOO_DEEP = "exceeded maximum template depth (100000)";

    private final Program program;
    private final Budget budget;
    private final StringBuilder out;
    private final Evaluator evaluator;

    /** How a node was left. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private Executor(Program program, Tree tree, Budget budget, StringBuilder out, GoValue data) {
        this.program = program;
        this.budget = budget;
        this.out = out;
        this.evaluator = new Evaluator(program, tree.name(), budget, data);
    }

    /** Executes the main template of a program and appends what it prints, in bytes. */
    static void run(Program program, Budget budget, GoValue data, StringBuilder out) {
        Tree main = program.trees().get("");
        new Executor(program, main, budget, out, data).walk(data, main.body());
    }

    private Flow walk(GoValue dot, Node node) {
        evaluator.at(node);
        switch (node) {
            case Node.Action action -> action(dot, action);
            case Node.Text text -> write(text.text());
            case Node.Body body -> {
                return body(dot, body);
            }
            case Node.Branch branch -> {
                return branch.kind() == BranchKind.RANGE ? range(dot, branch) : ifOrWith(dot, branch);
            }
            case Node.Call call -> call(dot, call);
            case Node.Break _ -> {
                return Flow.BREAK;
            }
            case Node.Continue _ -> {
                return Flow.CONTINUE;
            }
            default -> throw evaluator.error("unknown node: " + node.text());
        }
        return Flow.NEXT;
    }

    private void write(String bytes) {
        Budget.checkLength((long) out.length() + bytes.length());
        budget.spend(bytes.length());
        out.append(bytes);
    }

    private Flow body(GoValue dot, Node.Body body) {
        budget.enter();
        Flow flow = Flow.NEXT;
        for (int i = 0; i < body.nodes().size() && flow == Flow.NEXT; i++) {
            flow = walk(dot, body.nodes().get(i));
        }
        budget.leave();
        return flow;
    }

    private void action(GoValue dot, Node.Action action) {
        GoValue value = evaluator.pipeline(dot, action.pipe());
        if (action.pipe().variables().isEmpty()) {
            evaluator.at(action);
            GoValue shown = Functions.printable(value);
            if (shown.isKind(Kind.FUNC)) {
                throw evaluator.error("can't print " + action.text() + " of type " + shown.typeName());
            }
            write(shown.isKind(Kind.STRING) ? shown.bytes() : Printer.print(shown));
        }
    }

    private Flow ifOrWith(GoValue dot, Node.Branch branch) {
        int mark = evaluator.scope().mark();
        GoValue value = evaluator.pipeline(dot, branch.pipe());
        Flow flow = Flow.NEXT;
        if (value.unboxed().isTrue()) {
            flow = walk(branch.kind() == BranchKind.WITH ? value : dot, branch.body());
        } else if (branch.otherwise() != null) {
            flow = walk(dot, branch.otherwise());
        }
        evaluator.scope().pop(mark);
        return flow;
    }

    private Flow range(GoValue dot, Node.Branch range) {
        int mark = evaluator.scope().mark();
        GoValue value = evaluator.pipeline(dot, range.pipe()).indirect();
        Flow flow = Flow.NEXT;
        if (!iterate(value, range) && range.otherwise() != null) {
            flow = walk(dot, range.otherwise());
        }
        evaluator.scope().pop(mark);
        return flow == Flow.BREAK ? Flow.NEXT : flow;
    }

    /** Whether there was anything to iterate over. */
    private boolean iterate(GoValue value, Node.Branch range) {
        if (!value.isValid()) {
            return false;
        }
        return switch (value.kind()) {
            case INT, UINT8 -> count(value, range);
            case SLICE -> items(value.slice().items(), range);
            case MAP -> entries(value.map(), range);
            case FUNC -> sequence(value.sequence().entries(), range);
            default -> throw evaluator.error("range can't iterate over " + Printer.reflected(value, 'v'));
        };
    }

    private boolean count(GoValue value, Node.Branch range) {
        if (range.pipe().variables().size() > 1) {
            throw evaluator.error(
                    "can't use " + Printer.reflected(value, 'v') + " to iterate over more than one variable");
        }
        boolean goes = true;
        for (long i = 0; i < value.integer() && goes; i++) {
            goes = once(GoValue.NONE, new GoValue(value.type(), i), range);
        }
        return value.integer() > 0;
    }

    private boolean items(List<GoValue> items, Node.Branch range) {
        boolean goes = true;
        for (int i = 0; i < items.size() && goes; i++) {
            goes = once(GoValue.of(i), items.get(i), range);
        }
        return !items.isEmpty();
    }

    private boolean entries(Map<String, GoValue> entries, Node.Branch range) {
        boolean goes = true;
        for (Map.Entry<String, GoValue> entry : entries.entrySet()) {
            goes = goes && once(GoValue.ofBytes(entry.getKey()), entry.getValue(), range);
        }
        return !entries.isEmpty();
    }

    private boolean sequence(Map<String, GoValue> entries, Node.Branch range) {
        boolean pairs = range.pipe().variables().size() > 1;
        boolean goes = true;
        for (Map.Entry<String, GoValue> entry : entries.entrySet()) {
            GoValue key = GoValue.ofBytes(entry.getKey());
            goes = goes && (pairs ? once(key, entry.getValue(), range) : once(GoValue.NONE, key, range));
        }
        return !entries.isEmpty();
    }

    /** One turn of a range; false if it breaks. */
    private boolean once(GoValue index, GoValue element, Node.Branch range) {
        Scope scope = evaluator.scope();
        List<Node.Variable> variables = range.pipe().variables();
        boolean assigns = range.pipe().assigns();
        int mark = scope.mark();
        if (variables.size() == 1) {
            set(variables.getFirst(), element, assigns, 1);
        } else if (variables.size() > 1) {
            set(variables.getFirst(), index, assigns, 2);
            set(variables.get(1), element, assigns, 1);
        }
        Flow flow = walk(element, range.body());
        scope.pop(mark);
        return flow != Flow.BREAK;
    }

    private void set(Node.Variable variable, GoValue value, boolean assigns, int back) {
        if (assigns) {
            evaluator.set(variable, value);
        } else {
            evaluator.scope().setTop(back, value);
        }
    }

    private void call(GoValue dot, Node.Call call) {
        Tree tree = program.trees().get(call.name());
        if (tree == null) {
            throw evaluator.error("template " + Quote.string(call.name()) + " not defined");
        }
        if (budget.isDeep()) {
            throw evaluator.error(TOO_DEEP);
        }
        GoValue data = evaluator.pipeline(dot, call.pipe());
        new Executor(program, tree, budget, out, data).walk(data, tree.body());
    }
}
