package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.ExpressionParser.Mentions;
import dev.llamero.inference.jinja.Nodes.Expr;
import dev.llamero.inference.jinja.Nodes.Parameters;
import dev.llamero.inference.jinja.Nodes.Stmt;
import dev.llamero.inference.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/** Tags and text to statements. */
final class Parser {
    private final TokenStream stream;
    private final ExpressionParser expressions;
    private final Deque<String> openTags = new ArrayDeque<>();
    private final Deque<List<String>> endTags = new ArrayDeque<>();

    private Parser(TokenStream stream) {
        this.stream = stream;
        this.expressions = new ExpressionParser(stream);
    }

    static List<Stmt> parse(String source, Limits limits) {
        return new Parser(new TokenStream(Lexer.tokens(source), limits.nestingMax())).statements(null);
    }

    /** Statements up to one of the end tags, which stays the current token; up to the end where there are none. */
    private List<Stmt> statements(List<String> ends) {
        stream.enter();
        if (ends != null) {
            endTags.push(ends);
        }
        List<Stmt> body = new ArrayList<>();
        while (!stream.is(Kind.EOF)) {
            Token token = stream.next();
            switch (token.kind()) {
                case DATA -> body.add(new Nodes.Data((String) token.value()));
                case VARIABLE_BEGIN -> {
                    body.add(new Nodes.Print(expressions.tuple(true, null), token.line()));
                    stream.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    if (ends != null
                            && stream.is(Kind.NAME)
                            && ends.contains((String) stream.current().value())) {
                        endTags.pop();
                        stream.leave();
                        return body;
                    }
                    statement(body);
                    stream.expect(Kind.BLOCK_END);
                }
                default -> throw new IllegalStateException("token outside a tag: " + token);
            }
        }
        if (ends != null) {
            throw unknownTag(null);
        }
        stream.leave();
        return body;
    }

    /**
     * The body of a tag: an optional colon, the tag's end, statements; the end tag's name is read when one is wanted.
     */
    private List<Stmt> body(String... ends) {
        stream.skipOperator(":");
        stream.expect(Kind.BLOCK_END);
        return statements(List.of(ends));
    }

    private List<Stmt> wholeBody(String end) {
        List<Stmt> body = body(end);
        stream.next();
        return body;
    }

    private void statement(List<Stmt> body) {
        if (!stream.is(Kind.NAME)) {
            throw stream.fail("tag name expected");
        }
        String tag = (String) stream.current().value();
        int line = stream.line();
        openTags.push(tag);
        switch (tag) {
            case "for" -> body.add(loop());
            case "if" -> body.add(condition());
            case "set" -> body.add(set());
            case "print" -> print(body);
            case "macro" -> body.add(macro());
            case "call" -> body.add(callBlock());
            case "filter" -> body.add(filterBlock());
            case "with" -> body.add(with());
            case "autoescape" -> {
                stream.next();
                body.add(new Nodes.Autoescape(expressions.expression(), wholeBody("endautoescape"), line));
            }
            case "block" -> body.add(block());
            case "generation" -> body.add(generation());
            case "break" -> {
                stream.next();
                body.add(new Nodes.Break(line));
            }
            case "continue" -> {
                stream.next();
                body.add(new Nodes.Continue(line));
            }
            case "include", "import", "from", "extends" ->
                throw stream.fail("the tag '" + tag + "' needs other templates, and a chat template stands alone");
            default -> {
                openTags.pop();
                throw unknownTag(tag);
            }
        }
        openTags.pop();
    }

    private TemplateException unknownTag(String tag) {
        StringBuilder message = new StringBuilder(
                tag == null ? "Unexpected end of template." : "Encountered unknown tag " + PythonText.repr(tag) + ".");
        if (!endTags.isEmpty()) {
            String wanted = endTags.peek().stream().map(PythonText::repr).collect(Collectors.joining(" or "));
            boolean nesting = tag != null && endTags.stream().anyMatch(ends -> ends.contains(tag));
            message.append(
                    nesting
                            ? " You probably made a nesting mistake. Jinja is expecting this tag, but currently"
                                    + " looking for "
                            : " Jinja was looking for the following tags: ");
            message.append(wanted).append('.');
        }
        if (!openTags.isEmpty()) {
            message.append(" The innermost block that needs to be closed is ")
                    .append(PythonText.repr(openTags.peek()))
                    .append('.');
        }
        return stream.fail(message.toString());
    }

    private Stmt loop() {
        int line = stream.next().line();
        Expr target = expressions.target(false, "in");
        stream.expectName("in");
        Expr iterable = expressions.tuple(false, "recursive");
        Expr test = stream.skipName("if") ? expressions.expression() : null;
        boolean recursive = stream.skipName("recursive");
        int mentions = expressions.mentions().loop;
        List<Stmt> body = body("endfor", "else");
        boolean mentionsLoop = expressions.mentions().loop > mentions;
        List<Stmt> otherwise = stream.next().isName("endfor") ? List.of() : wholeBody("endfor");
        return new Nodes.For(target, iterable, test, recursive, mentionsLoop, body, otherwise, line);
    }

    private Stmt condition() {
        List<Nodes.Branch> branches = new ArrayList<>();
        while (true) {
            int line = stream.next().line();
            Expr test = expressions.tuple(false, null);
            branches.add(new Nodes.Branch(test, body("elif", "else", "endif"), line));
            if (stream.isName("elif")) {
                continue;
            }
            if (stream.next().isName("else")) {
                branches.add(new Nodes.Branch(null, wholeBody("endif"), line));
            }
            return new Nodes.If(branches);
        }
    }

    private Stmt set() {
        int line = stream.next().line();
        Expr target = expressions.target(true, null);
        if (stream.skipOperator("=")) {
            return new Nodes.Set(target, expressions.tuple(true, null), line);
        }
        Nodes.Filter filter = null;
        while (stream.skipOperator("|")) {
            filter = expressions.filter(filter);
        }
        return new Nodes.SetBlock(target, filter, wholeBody("endset"), line);
    }

    private void print(List<Stmt> body) {
        int line = stream.next().line();
        boolean first = true;
        while (!stream.is(Kind.BLOCK_END)) {
            if (!first) {
                stream.expectOperator(",");
            }
            first = false;
            body.add(new Nodes.Print(expressions.expression(), line));
        }
    }

    private void signature(List<String> names, List<Expr> defaults) {
        stream.expectOperator("(");
        while (!stream.isOperator(")")) {
            if (!names.isEmpty()) {
                stream.expectOperator(",");
            }
            String name = plainTarget();
            if (stream.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw stream.fail("non-default argument follows default argument");
            }
            if (names.contains(name)) {
                throw stream.fail("duplicate argument '" + name + "' in function definition");
            }
            names.add(name);
        }
        stream.expectOperator(")");
    }

    private String plainTarget() {
        Token token = stream.expect(Kind.NAME);
        String name = (String) token.value();
        if (List.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw TemplateException.syntax("can't assign to 'name'", token.line());
        }
        return name;
    }

    /** Reads the body and completes the parameters with what it mentions. */
    private List<Stmt> functionBody(String end, Mentions before) {
        Mentions mentions = expressions.mentions();
        before.caller = mentions.caller;
        before.kwargs = mentions.kwargs;
        before.varargs = mentions.varargs;
        return wholeBody(end);
    }

    private Parameters parameters(List<String> names, List<Expr> defaults, Mentions before, int line) {
        Mentions after = expressions.mentions();
        boolean caller = after.caller > before.caller && !names.contains("caller");
        int explicit = names.indexOf("caller");
        if (after.caller > before.caller && explicit >= 0 && explicit < names.size() - defaults.size()) {
            throw TemplateException.assertion(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a"
                            + " default.",
                    line);
        }
        boolean kwargs = after.kwargs > before.kwargs && !names.contains("kwargs");
        boolean varargs = after.varargs > before.varargs && !names.contains("varargs");
        return new Parameters(names, defaults, caller, kwargs, varargs);
    }

    private Stmt macro() {
        int line = stream.next().line();
        String name = plainTarget();
        List<String> names = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        signature(names, defaults);
        Mentions before = new Mentions();
        List<Stmt> body = functionBody("endmacro", before);
        return new Nodes.MacroDefinition(name, parameters(names, defaults, before, line), body, line);
    }

    private Stmt callBlock() {
        int line = stream.next().line();
        List<String> names = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        if (stream.isOperator("(")) {
            signature(names, defaults);
        }
        if (!(expressions.expression() instanceof Nodes.Call call)) {
            throw TemplateException.syntax("expected call", line);
        }
        Mentions before = new Mentions();
        List<Stmt> body = functionBody("endcall", before);
        return new Nodes.CallBlock(call, parameters(names, defaults, before, line), body, line);
    }

    private Stmt generation() {
        int line = stream.next().line();
        Mentions before = new Mentions();
        List<Stmt> body = functionBody("endgeneration", before);
        return new Nodes.Generation(parameters(List.of(), List.of(), before, line), body, line);
    }

    private Stmt filterBlock() {
        int line = stream.next().line();
        Nodes.Filter filter = expressions.filter(null);
        while (stream.skipOperator("|")) {
            filter = expressions.filter(filter);
        }
        return new Nodes.FilterBlock(filter, wholeBody("endfilter"), line);
    }

    private Stmt with() {
        int line = stream.next().line();
        List<Expr> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!stream.is(Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                stream.expectOperator(",");
            }
            targets.add(expressions.target(false, null));
            stream.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Nodes.With(targets, values, wholeBody("endwith"), line);
    }

    private Stmt block() {
        int line = stream.next().line();
        String name = (String) stream.expect(Kind.NAME).value();
        boolean scoped = stream.skipName("scoped");
        boolean required = stream.skipName("required");
        if (stream.isOperator("-")) {
            throw stream.fail(
                    "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use"
                            + " an underscore instead.");
        }
        List<Stmt> body = wholeBody("endblock");
        if (required) {
            throw TemplateException.syntax("Required block " + PythonText.repr(name) + " not found", line);
        }
        stream.skipName(name);
        return new Nodes.Block(name, scoped, body, line);
    }
}
