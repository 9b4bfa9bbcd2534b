package dev.llamero.inference.jinja;

import dev.llamero.inference.jinja.Token.Kind;
import java.util.List;

/** The parser's cursor over the tokens of one template, and its count of how deep it is. */
final class TokenStream {
    private final List<Token> tokens;
    private final int nestingMax;
    private int index;
    private int depth;

    TokenStream(List<Token> tokens, int nestingMax) {
        this.tokens = tokens;
        this.nestingMax = nestingMax;
    }

    Token current() {
        return tokens.get(index);
    }

    Token look() {
        return tokens.get(Math.min(index + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    /** Returns the current token and goes on to the next; the end of the template stays the last. */
    Token next() {
        Token token = tokens.get(index);
        if (index < tokens.size() - 1) {
            index++;
        }
        return token;
    }

    boolean isOperator(String symbol) {
        return current().isOperator(symbol);
    }

    boolean isName(String name) {
        return current().isName(name);
    }

    boolean is(Kind kind) {
        return current().kind() == kind;
    }

    boolean skipOperator(String symbol) {
        boolean found = isOperator(symbol);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = isName(name);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Kind kind) {
        if (!is(kind)) {
            throw unexpected(kind.label());
        }
        return next();
    }

    void expectOperator(String symbol) {
        if (!skipOperator(symbol)) {
            throw unexpected(symbol);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(name);
        }
    }

    private TemplateException unexpected(String expected) {
        String quoted = PythonText.repr(expected);
        if (is(Kind.EOF)) {
            return fail("unexpected end of template, expected " + quoted + ".");
        }
        return fail("expected token " + quoted + ", got "
                + PythonText.repr(current().describe()));
    }

    TemplateException fail(String message) {
        return TemplateException.syntax(message, line());
    }

    /** One level deeper; {@link #leave()} follows in every case but failure. */
    void enter() {
        if (++depth > nestingMax) {
            throw fail("tags and brackets are nested deeper than " + nestingMax + " levels");
        }
    }

    void leave() {
        depth--;
    }

    /** Bounds operators in a row without brackets, which make a tree as deep as they are many. */
    void chained(int length) {
        if (length > nestingMax * 4) {
            throw fail("more than " + nestingMax * 4 + " operators in a row");
        }
    }
}
