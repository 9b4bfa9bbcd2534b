package dev.llamero.dialects;

/**
 * A request of {@code POST /v1/chat/completions}.
 *
 * @param model as the caller typed it; answers repeat it
 * @param includeUsage whether a stream ends with a usage chunk
 * @param parallelCalls whether an answer may have more than one tool call
 */
public record ChatCompletionRequest(
        ModelCall call, String model, boolean stream, boolean includeUsage, boolean parallelCalls)
        implements CallerRequest {
    /**
     * Reads a request body.
     *
     * @throws DialectException with {@link DialectError.BadJson} or {@link DialectError.BadField}
     */
    public static ChatCompletionRequest read(byte[] body, Manner manner) {
        return new ChatRequestReader(new Fields(Json.request(body), ""), manner).translate();
    }

    @Override
    public AnswerWriter answer(String token, long createdSeconds) {
        var head = new ChatCompletionStream.Head("chatcmpl-" + token, createdSeconds, model);
        AnswerWriter writer = stream ? new ChatCompletionStream(head, includeUsage) : whole(head);
        return parallelCalls ? writer : new FirstCallOnly(writer);
    }

    private static AnswerWriter whole(ChatCompletionStream.Head head) {
        return new WholeWriter(OpenAiErrors::body, (json, answer, end) -> {
            head.write(json, "chat.completion");
            json.writeArrayFieldStart("choices");
            json.writeStartObject();
            json.writeNumberField("index", 0);
            json.writeObjectFieldStart("message");
            json.writeStringField("role", "assistant");
            json.writeStringField("content", answer.content());
            if (!answer.thinking().isEmpty()) {
                json.writeStringField("reasoning", answer.thinking());
            }
            if (!answer.calls().isEmpty()) {
                json.writeArrayFieldStart("tool_calls");
                for (TextCollector.Call call : answer.calls()) {
                    OpenAiParts.call(json, call.id(), call.index(), call.name(), call.arguments());
                }
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeStringField(
                    "finish_reason",
                    OpenAiParts.finishReason(end, !answer.calls().isEmpty()));
            if (!answer.logprobs().isEmpty()) {
                OpenAiParts.logprobs(json, answer.logprobs());
            }
            json.writeEndObject();
            json.writeEndArray();
            OpenAiParts.usage(json, end.usage());
        });
    }
}
