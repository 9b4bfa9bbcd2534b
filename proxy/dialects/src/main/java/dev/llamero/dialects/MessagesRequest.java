package dev.llamero.dialects;

/**
 * A request of {@code POST /v1/messages}, Anthropic's (specification 19).
 *
 * @param model as the caller typed it; answers repeat it
 * @param promptTokensGuess what a stream says at its beginning, when nobody has counted yet
 * @param parallelCalls whether an answer may have more than one tool call
 */
public record MessagesRequest(
        ModelCall call, String model, boolean stream, long promptTokensGuess, boolean parallelCalls, Manner manner)
        implements CallerRequest {
    /**
     * Reads a request body.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static MessagesRequest read(byte[] body, Manner manner) {
        return new MessagesReader(new Fields(Json.request(body), ""), manner).translate();
    }

    /** The same request for a model that cannot think. */
    public MessagesRequest withoutThinking() {
        ModelCall plain = call.body().has("think") ? call.without("think") : call;
        return new MessagesRequest(plain, model, stream, promptTokensGuess, parallelCalls, manner);
    }

    @Override
    public AnswerWriter answer(String token, long createdSeconds) {
        var message = new MessageObject("msg_" + token, model, manner == Manner.OFFICIAL);
        AnswerWriter writer = stream
                ? new MessagesStream(message, promptTokensGuess)
                : new WholeWriter(failure -> AnthropicErrors.body(failure, token), message::whole);
        return parallelCalls ? writer : new FirstCallOnly(writer);
    }
}
