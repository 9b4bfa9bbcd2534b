package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Parses what stands between delimiters: pipelines, their commands and operands. Used by one thread. */
final class PipelineParser {
    private static final int NESTED_MAX = 250;

    private final TokenReader tokens;
    private final List<String> variables = new ArrayList<>(List.of("$"));
    private int nested;

    PipelineParser(TokenReader tokens) {
        this.tokens = tokens;
    }

    /** How many variables are known here. */
    int variables() {
        return variables.size();
    }

    void forgetVariables(int kept) {
        variables.subList(kept, variables.size()).clear();
    }

    Node.Pipe pipeline(String context, Kind end) {
        int position = tokens.peekNonSpace().position();
        var declared = new ArrayList<Node.Variable>();
        boolean assigns = declarations(context, declared);
        var commands = new ArrayList<Node.Command>();
        while (true) {
            Token token = tokens.nextNonSpace();
            if (token.kind() == end) {
                check(commands, context);
                return new Node.Pipe(position, assigns, List.copyOf(declared), List.copyOf(commands));
            }
            switch (token.kind()) {
                case BOOL,
                        CHAR_CONSTANT,
                        COMPLEX,
                        DOT,
                        FIELD,
                        IDENTIFIER,
                        NUMBER,
                        NIL,
                        RAW_STRING,
                        STRING,
                        VARIABLE,
                        LEFT_PAREN -> {
                    tokens.backup();
                    commands.add(command());
                }
                default -> throw tokens.unexpected(token, context);
            }
        }
    }

    /** Reads "$x :=", "$x =" or "$i, $x :="; gives whether it assigns to what is there. */
    private boolean declarations(String context, List<Node.Variable> declared) {
        while (tokens.peekNonSpace().kind() == Kind.VARIABLE) {
            Token variable = tokens.next();
            Token after = tokens.peek();
            Token next = tokens.peekNonSpace();
            boolean comma = next.kind() == Kind.CHAR && next.text().equals(",");
            if (next.kind() == Kind.ASSIGN || next.kind() == Kind.DECLARE || comma) {
                tokens.nextNonSpace();
                declared.add(new Node.Variable(variable.position(), names(variable.text())));
                variables.add(variable.text());
                if (!comma) {
                    return next.kind() == Kind.ASSIGN;
                }
                checkSecond(context, declared.size());
            } else if (after.kind() == Kind.SPACE) {
                tokens.backup3(variable, after);
                return false;
            } else {
                tokens.backup2(variable);
                return false;
            }
        }
        return false;
    }

    private void checkSecond(String context, int declared) {
        if (!context.equals("range") || declared >= 2) {
            throw tokens.error("too many declarations in " + context);
        }
        Kind kind = tokens.peekNonSpace().kind();
        if (kind != Kind.VARIABLE && kind != Kind.RIGHT_DELIMITER && kind != Kind.RIGHT_PAREN) {
            throw tokens.error("range can only initialize variables");
        }
    }

    private void check(List<Node.Command> commands, String context) {
        if (commands.isEmpty()) {
            throw tokens.error("missing value for " + context);
        }
        for (int i = 1; i < commands.size(); i++) {
            switch (commands.get(i).words().getFirst()) {
                case Node.Bool _, Node.Dot _, Node.Nil _, Node.Number _, Node.Str _ ->
                    throw tokens.error("non executable command in pipeline stage " + (i + 1));
                default -> {}
            }
        }
    }

    private Node.Command command() {
        int position = tokens.peekNonSpace().position();
        var words = new ArrayList<Node>();
        while (true) {
            tokens.peekNonSpace();
            Node operand = operand();
            if (operand != null) {
                words.add(operand);
            }
            Token token = tokens.next();
            if (token.kind() == Kind.SPACE) {
                continue;
            }
            if (token.kind() == Kind.RIGHT_DELIMITER || token.kind() == Kind.RIGHT_PAREN) {
                tokens.backup();
            } else if (token.kind() != Kind.PIPE) {
                throw tokens.unexpected(token, "operand");
            }
            if (words.isEmpty()) {
                throw tokens.error("empty command");
            }
            return new Node.Command(position, List.copyOf(words));
        }
    }

    private Node operand() {
        Node node = term();
        if (node == null || tokens.peek().kind() != Kind.FIELD) {
            return node;
        }
        int position = tokens.peek().position();
        var names = new ArrayList<String>();
        while (tokens.peek().kind() == Kind.FIELD) {
            names.add(tokens.next().text().substring(1));
        }
        return switch (node) {
            case Node.Field field -> new Node.Field(position, joined(field.names(), names));
            case Node.Variable variable -> new Node.Variable(position, joined(variable.names(), names));
            case Node.Bool _, Node.Str _, Node.Number _, Node.Nil _, Node.Dot _ ->
                throw tokens.error("unexpected . after term " + Quote.string(node.text()));
            default -> new Node.Chain(position, node, List.copyOf(names));
        };
    }

    private static List<String> joined(List<String> first, List<String> second) {
        var all = new ArrayList<String>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private Node term() {
        Token token = tokens.nextNonSpace();
        int position = token.position();
        return switch (token.kind()) {
            case IDENTIFIER -> {
                if (!Functions.knows(token.text())) {
                    throw tokens.error("function " + Quote.string(token.text()) + " not defined");
                }
                yield new Node.Identifier(position, token.text());
            }
            case DOT -> new Node.Dot(position);
            case NIL -> new Node.Nil(position);
            case VARIABLE -> variable(token);
            case FIELD -> new Node.Field(position, names(token.text().substring(1)));
            case BOOL -> new Node.Bool(position, token.text().equals("true"));
            case CHAR_CONSTANT, COMPLEX, NUMBER -> number(token);
            case LEFT_PAREN -> parenthesized();
            case STRING, RAW_STRING -> new Node.Str(position, token.text(), unquote(token));
            default -> {
                tokens.backup();
                yield null;
            }
        };
    }

    private Node number(Token token) {
        try {
            return NumberLiteral.parse(token);
        } catch (NumberLiteral.BadNumberException e) {
            throw tokens.error(e.getMessage());
        }
    }

    private Node parenthesized() {
        if (nested >= NESTED_MAX) {
            throw tokens.error("max expression depth exceeded");
        }
        nested++;
        Node pipe = pipeline("parenthesized pipeline", Kind.RIGHT_PAREN);
        nested--;
        return pipe;
    }

    private Node variable(Token token) {
        List<String> names = names(token.text());
        if (!variables.contains(names.getFirst())) {
            throw tokens.error("undefined variable " + Quote.string(names.getFirst()));
        }
        return new Node.Variable(token.position(), names);
    }

    private static List<String> names(String dotted) {
        return List.of(dotted.split("\\.", -1));
    }

    /** What a string says. */
    String unquote(Token token) {
        String text = Quote.unquote(token.text());
        if (text == null) {
            throw tokens.error("invalid syntax");
        }
        return text;
    }
}
