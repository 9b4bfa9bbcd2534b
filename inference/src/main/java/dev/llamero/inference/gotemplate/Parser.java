package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Node.BranchKind;
import dev.llamero.inference.gotemplate.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tokens to trees, with Go's errors. One parser per named template; those of a source share its lexer. Used by one
 * thread.
 */
final class Parser {
    private static final int NESTED_MAX = 250;

    private final TokenReader tokens;
    private final PipelineParser pipelines;
    private final Map<String, Tree> trees;
    private int ranges;
    private int nested;

    private Parser(Lexer lexer, Map<String, Tree> trees, int nested) {
        this.tokens = new TokenReader(lexer);
        this.pipelines = new PipelineParser(tokens);
        this.trees = trees;
        this.nested = nested;
    }

    /**
     * All templates of a source by name; the main one is called "".
     *
     * @throws GoTemplateException if it is not valid
     */
    static Map<String, Tree> parse(String source) {
        var trees = new HashMap<String, Tree>();
        var parser = new Parser(new Lexer(source), trees, 0);
        parser.add(new Tree("", parser.main()));
        return trees;
    }

    private void add(Tree tree) {
        Tree known = trees.get(tree.name());
        if (known == null || known.isEmpty()) {
            trees.put(tree.name(), tree);
        } else if (!tree.isEmpty()) {
            throw tokens.error("template: multiple definition of template " + Quote.string(tree.name()));
        }
    }

    private Node.Body main() {
        int position = tokens.peek().position();
        var nodes = new ArrayList<Node>();
        while (tokens.peek().kind() != Kind.EOF) {
            if (tokens.peek().kind() == Kind.LEFT_DELIMITER) {
                Token delimiter = tokens.next();
                if (tokens.nextNonSpace().kind() == Kind.DEFINE) {
                    new Parser(tokens.lexer(), trees, nested).definition();
                    continue;
                }
                tokens.backup2(delimiter);
            }
            Node node = textOrAction();
            if (node instanceof Node.End || node instanceof Node.Else) {
                throw tokens.error("unexpected " + node.text());
            }
            nodes.add(node);
        }
        return new Node.Body(position, nodes);
    }

    private void definition() {
        String context = "define clause";
        Token name = tokens.nextNonSpace();
        if (name.kind() != Kind.STRING && name.kind() != Kind.RAW_STRING) {
            throw tokens.unexpected(name, context);
        }
        String text = pipelines.unquote(name);
        tokens.expect(Kind.RIGHT_DELIMITER, context);
        add(new Tree(text, wholeBody(context)));
    }

    /** A body that ends with end. */
    private Node.Body wholeBody(String context) {
        List<Node> nodes = new ArrayList<>();
        int position = tokens.peekNonSpace().position();
        Node end = bodyInto(nodes);
        if (!(end instanceof Node.End)) {
            throw tokens.error("unexpected " + end.text() + " in " + context);
        }
        return new Node.Body(position, nodes);
    }

    /** Collects nodes up to an end or else, which it gives. */
    private Node bodyInto(List<Node> nodes) {
        if (++nested > NESTED_MAX) {
            throw tokens.error("actions are nested more than " + NESTED_MAX + " deep");
        }
        while (tokens.peekNonSpace().kind() != Kind.EOF) {
            Node node = textOrAction();
            if (node instanceof Node.End || node instanceof Node.Else) {
                nested--;
                return node;
            }
            nodes.add(node);
        }
        throw tokens.error("unexpected EOF");
    }

    private Node textOrAction() {
        Token token = tokens.nextNonSpace();
        if (token.kind() == Kind.TEXT) {
            return new Node.Text(token.position(), token.text());
        }
        if (token.kind() != Kind.LEFT_DELIMITER) {
            throw tokens.unexpected(token, "input");
        }
        tokens.actionBegins(token.line());
        Node node = action();
        tokens.actionEnds();
        return node;
    }

    private Node action() {
        Token token = tokens.nextNonSpace();
        return switch (token.kind()) {
            case BLOCK -> block();
            case BREAK -> {
                leavesRange("{{break}}");
                yield new Node.Break(token.position());
            }
            case CONTINUE -> {
                leavesRange("{{continue}}");
                yield new Node.Continue(token.position());
            }
            case ELSE -> otherwise();
            case END -> new Node.End(tokens.expect(Kind.RIGHT_DELIMITER, "end").position());
            case IF -> branch(BranchKind.IF);
            case RANGE -> branch(BranchKind.RANGE);
            case TEMPLATE -> call();
            case WITH -> branch(BranchKind.WITH);
            default -> {
                tokens.backup();
                int position = tokens.peek().position();
                yield new Node.Action(position, pipelines.pipeline("command", Kind.RIGHT_DELIMITER));
            }
        };
    }

    private void leavesRange(String action) {
        Token token = tokens.nextNonSpace();
        if (token.kind() != Kind.RIGHT_DELIMITER) {
            throw tokens.unexpected(token, action);
        }
        if (ranges == 0) {
            throw tokens.error(action + " outside {{range}}");
        }
    }

    private Node otherwise() {
        Token after = tokens.peekNonSpace();
        if (after.kind() == Kind.IF || after.kind() == Kind.WITH) {
            return new Node.Else(after.position());
        }
        return new Node.Else(tokens.expect(Kind.RIGHT_DELIMITER, "else").position());
    }

    private Node branch(BranchKind kind) {
        String context = kind.name().toLowerCase(Locale.ROOT);
        int variables = pipelines.variables();
        Node.Pipe pipe = pipelines.pipeline(context, Kind.RIGHT_DELIMITER);
        ranges += kind == BranchKind.RANGE ? 1 : 0;
        int position = tokens.peekNonSpace().position();
        var nodes = new ArrayList<Node>();
        Node end = bodyInto(nodes);
        ranges -= kind == BranchKind.RANGE ? 1 : 0;
        Node.Body otherwise = end instanceof Node.Else ? elseBody(kind, end) : null;
        pipelines.forgetVariables(variables);
        return new Node.Branch(kind, pipe.position(), pipe, new Node.Body(position, nodes), otherwise);
    }

    private Node.Body elseBody(BranchKind kind, Node start) {
        Kind next = tokens.peek().kind();
        boolean chained = kind == BranchKind.IF && next == Kind.IF || kind == BranchKind.WITH && next == Kind.WITH;
        if (chained) {
            tokens.next();
            if (++nested > NESTED_MAX) {
                throw tokens.error("actions are nested more than " + NESTED_MAX + " deep");
            }
            Node branch = branch(kind);
            nested--;
            return new Node.Body(start.position(), List.of(branch));
        }
        int position = tokens.peekNonSpace().position();
        var nodes = new ArrayList<Node>();
        Node end = bodyInto(nodes);
        if (!(end instanceof Node.End)) {
            throw tokens.error("expected end; found " + end.text());
        }
        return new Node.Body(position, nodes);
    }

    private Node block() {
        String context = "block clause";
        Token token = tokens.nextNonSpace();
        String name = templateName(token, context);
        Node.Pipe pipe = pipelines.pipeline(context, Kind.RIGHT_DELIMITER);
        var inner = new Parser(tokens.lexer(), trees, nested);
        List<Node> nodes = new ArrayList<>();
        int position = inner.tokens.peekNonSpace().position();
        Node end = inner.bodyInto(nodes);
        if (!(end instanceof Node.End)) {
            throw tokens.error("unexpected " + end.text() + " in " + context);
        }
        inner.add(new Tree(name, new Node.Body(position, nodes)));
        return new Node.Call(token.position(), name, pipe);
    }

    private Node call() {
        String context = "template clause";
        Token token = tokens.nextNonSpace();
        String name = templateName(token, context);
        Node.Pipe pipe = null;
        if (tokens.nextNonSpace().kind() != Kind.RIGHT_DELIMITER) {
            tokens.backup();
            pipe = pipelines.pipeline(context, Kind.RIGHT_DELIMITER);
        }
        return new Node.Call(token.position(), name, pipe);
    }

    private String templateName(Token token, String context) {
        if (token.kind() != Kind.STRING && token.kind() != Kind.RAW_STRING) {
            throw tokens.unexpected(token, context);
        }
        return pipelines.unquote(token);
    }
}
