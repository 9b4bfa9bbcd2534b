package dev.llamero.inference.gotemplate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** What Ollama reads out of a template's trees without executing them. */
final class TemplateShape {
    private TemplateShape() {}

    /** Names of all fields and variables, in lower case. */
    static SortedSet<String> names(Collection<Tree> trees) {
        var names = new TreeSet<String>();
        trees.forEach(tree -> tree.body().nodes().forEach(node -> addNames(node, names)));
        return names;
    }

    private static void addNames(Node node, SortedSet<String> names) {
        switch (node) {
            case Node.Body body -> body.nodes().forEach(inner -> addNames(inner, names));
            case Node.Call call -> {
                if (call.pipe() == null) {
                    throw new GoTemplateException("undefined template specified");
                }
                addNames(call.pipe(), names);
            }
            case Node.Action action -> addNames(action.pipe(), names);
            case Node.Branch branch -> {
                addNames(branch.pipe(), names);
                addNames(branch.body(), names);
                if (branch.otherwise() != null) {
                    addNames(branch.otherwise(), names);
                }
            }
            case Node.Pipe pipe ->
                pipe.commands().forEach(command -> command.words().forEach(word -> addNames(word, names)));
            case Node.Field field -> field.names().forEach(name -> names.add(lower(name)));
            case Node.Variable variable -> variable.names().forEach(name -> names.add(lower(name)));
            default -> {}
        }
    }

    private static String lower(String bytes) {
        return GoString.text(bytes).toLowerCase(Locale.ROOT);
    }

    /** The text that stands before thinking and the text behind it; each "" if there is none. */
    static OllamaTemplate.ThinkingTags thinkingTags(Tree main) {
        var search = new ThinkingSearch();
        search.visit(main.body());
        return new OllamaTemplate.ThinkingTags(search.open, search.close);
    }

    /** Looks for .Thinking in a range over .Messages, and for the texts at both ends of the body that it is in. */
    private static final class ThinkingSearch {
        private final Deque<Node> around = new ArrayDeque<>();
        private String open = "";
        private String close = "";

        void visit(Node node) {
            around.push(node);
            if (node instanceof Node.Field field && field.names().getFirst().equals("Thinking")) {
                found();
            }
            children(node).forEach(this::visit);
            around.pop();
        }

        private void found() {
            Node.Branch range = null;
            Node.Body body = null;
            for (Node node : around) {
                if (range == null && node instanceof Node.Branch branch && branch.kind() == Node.BranchKind.RANGE) {
                    range = branch;
                }
                if (body == null && node instanceof Node.Body inner) {
                    body = inner;
                }
            }
            if (range == null || body == null || !uses(range.pipe(), "Messages")) {
                return;
            }
            if (body.nodes().getFirst() instanceof Node.Text text) {
                open = GoString.text(GoString.trimSpace(text.text()));
            }
            if (body.nodes().getLast() instanceof Node.Text text) {
                close = GoString.text(GoString.trimSpace(text.text()));
            }
        }

        private static boolean uses(Node node, String name) {
            return node instanceof Node.Field field
                    ? field.names().getFirst().equals(name)
                    : children(node).stream().anyMatch(child -> uses(child, name));
        }
    }

    private static List<? extends Node> children(Node node) {
        return switch (node) {
            case Node.Body body -> body.nodes();
            case Node.Branch branch ->
                branch.otherwise() == null
                        ? List.of(branch.pipe(), branch.body())
                        : List.of(branch.pipe(), branch.body(), branch.otherwise());
            case Node.Action action -> List.of(action.pipe());
            case Node.Call call -> call.pipe() == null ? List.of() : List.of(call.pipe());
            case Node.Pipe pipe -> pipe.commands();
            case Node.Command command -> command.words();
            default -> List.of();
        };
    }

    /** The text with which a model begins a tool call; "{" if the template does not say. */
    static String toolTag(Tree main) {
        Node.Branch calls = toolCallsCondition(main.body().nodes());
        String text = calls == null ? null : firstText(calls.body().nodes()).text;
        if (text == null) {
            return "{";
        }
        String tag = GoString.trimSpace(text.replace("\r\n", "\n").split("\\{", 2)[0]);
        return tag.isEmpty() ? "{" : GoString.text(tag);
    }

    private static Node.Branch toolCallsCondition(List<Node> nodes) {
        for (Node node : nodes) {
            if (node instanceof Node.Branch branch) {
                if (branch.kind() == Node.BranchKind.IF && asksForToolCalls(branch.pipe())) {
                    return branch;
                }
                Node.Branch found = toolCallsCondition(branch.body().nodes());
                if (found == null && branch.otherwise() != null) {
                    found = toolCallsCondition(branch.otherwise().nodes());
                }
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static boolean asksForToolCalls(Node.Pipe pipe) {
        return pipe.commands().stream()
                .flatMap(command -> command.words().stream())
                .anyMatch(word ->
                        word instanceof Node.Field field && field.names().contains("ToolCalls"));
    }

    /** @param text null if there is none; then the search goes on only if it was not stopped */
    private record Found(String text, boolean stopped) {}

    private static Found firstText(List<Node> nodes) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Text text -> {
                    if (!GoString.trimSpace(text.text()).isEmpty()) {
                        return new Found(text.text(), true);
                    }
                }
                case Node.Branch branch -> {
                    Found found = firstText(branch.body().nodes());
                    if (found.text == null && branch.otherwise() != null) {
                        found = firstText(branch.otherwise().nodes());
                    }
                    return new Found(found.text, true);
                }
                case Node.Action _ -> {
                    return new Found(null, true);
                }
                default -> {}
            }
        }
        return new Found(null, false);
    }

    /** A tree without what follows the first mention of .Response, for a prompt that the model goes on from. */
    static Tree untilResponse(Tree main) {
        var cut = new ResponseCut();
        return main.with(cut.nodes(main.body().nodes()));
    }

    private static final class ResponseCut {
        private boolean seen;

        List<Node> nodes(List<Node> nodes) {
            var kept = new ArrayList<Node>();
            for (Node node : nodes) {
                Node cut = seen ? null : cut(node);
                if (cut != null) {
                    kept.add(cut);
                }
            }
            return kept;
        }

        /** Null if nothing of it stays. */
        private Node cut(Node node) {
            return switch (node) {
                case Node.Branch branch -> {
                    Node.Body body = new Node.Body(
                            branch.body().position(), nodes(branch.body().nodes()));
                    Node.Body otherwise = branch.otherwise();
                    if (otherwise != null) {
                        otherwise = seen ? null : new Node.Body(otherwise.position(), nodes(otherwise.nodes()));
                    }
                    yield new Node.Branch(branch.kind(), branch.position(), branch.pipe(), body, otherwise);
                }
                case Node.Action action -> {
                    Node.Pipe pipe = pipe(action.pipe());
                    yield pipe == null ? null : new Node.Action(action.position(), pipe);
                }
                default -> node;
            };
        }

        private Node.Pipe pipe(Node.Pipe pipe) {
            var commands = new ArrayList<Node.Command>();
            for (Node.Command command : pipe.commands()) {
                var words = new ArrayList<Node>();
                for (Node word : command.words()) {
                    boolean response =
                            word instanceof Node.Field field && field.names().contains("Response");
                    seen |= response;
                    Node kept = seen && !response ? null : word instanceof Node.Pipe inner ? pipe(inner) : word;
                    if (kept != null) {
                        words.add(kept);
                    }
                }
                if (words.isEmpty()) {
                    return null;
                }
                commands.add(new Node.Command(command.position(), words));
            }
            return commands.isEmpty()
                    ? null
                    : new Node.Pipe(pipe.position(), pipe.assigns(), pipe.variables(), commands);
        }
    }
}
