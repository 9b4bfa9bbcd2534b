package dev.llamero.dialects;

/** The readers of requests, by the names that golden files and the fuzz test use. */
enum Caller {
    CHAT(CallerDialect.OPENAI) {
        @Override
        CallerRequest read(byte[] body, Manner manner) {
            return ChatCompletionRequest.read(body, manner);
        }
    },
    COMPLETIONS(CallerDialect.OPENAI) {
        @Override
        CallerRequest read(byte[] body, Manner manner) {
            return CompletionRequest.read(body, manner);
        }
    },
    RESPONSES(CallerDialect.OPENAI) {
        @Override
        CallerRequest read(byte[] body, Manner manner) {
            return ResponsesRequest.read(body, manner);
        }
    },
    MESSAGES(CallerDialect.ANTHROPIC) {
        @Override
        CallerRequest read(byte[] body, Manner manner) {
            return MessagesRequest.read(body, manner);
        }
    };

    private final CallerDialect dialect;

    Caller(CallerDialect dialect) {
        this.dialect = dialect;
    }

    abstract CallerRequest read(byte[] body, Manner manner);

    byte[] error(DialectError error) {
        return dialect.error(Failure.of(error), "req-1");
    }
}
