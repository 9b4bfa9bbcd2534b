package dev.llamero.inference.gotemplate;

import dev.llamero.inference.gotemplate.Token.Kind;

/** Tokens with a look-ahead of three, and the errors that point at them. Used by one thread. */
final class TokenReader {
    private final Lexer lexer;
    private final Token[] ahead = {new Token(Kind.ERROR, 0, "", 0), null, null};
    private int peeked;
    /** Line of the action being read; 0 outside. */
    private int actionLine;

    TokenReader(Lexer lexer) {
        this.lexer = lexer;
    }

    Lexer lexer() {
        return lexer;
    }

    Token next() {
        if (peeked > 0) {
            peeked--;
        } else {
            ahead[0] = lexer.next();
        }
        return ahead[peeked];
    }

    void backup() {
        peeked++;
    }

    /** Puts a token back, before the one that was read last. */
    void backup2(Token token) {
        ahead[1] = token;
        peeked = 2;
    }

    /** Puts two tokens back, before the one that was read last. */
    void backup3(Token first, Token second) {
        ahead[1] = second;
        ahead[2] = first;
        peeked = 3;
    }

    Token peek() {
        if (peeked == 0) {
            peeked = 1;
            ahead[0] = lexer.next();
        }
        return ahead[peeked - 1];
    }

    Token nextNonSpace() {
        Token token = next();
        while (token.kind() == Kind.SPACE) {
            token = next();
        }
        return token;
    }

    Token peekNonSpace() {
        Token token = nextNonSpace();
        backup();
        return token;
    }

    void actionBegins(int line) {
        actionLine = line;
    }

    void actionEnds() {
        actionLine = 0;
    }

    Token expect(Kind kind, String context) {
        Token token = nextNonSpace();
        if (token.kind() != kind) {
            throw unexpected(token, context);
        }
        return token;
    }

    GoTemplateException error(String message) {
        return new GoTemplateException("template: :" + ahead[0].line() + ": " + GoString.text(message));
    }

    GoTemplateException unexpected(Token token, String context) {
        if (token.kind() != Kind.ERROR) {
            return error("unexpected " + token.description() + " in " + context);
        }
        String extra = "";
        if (actionLine != 0 && actionLine != token.line()) {
            extra = token.text().endsWith(" action") ? " started at :" : " in action started at :";
            extra += actionLine;
        }
        return error(token.text() + extra);
    }
}
