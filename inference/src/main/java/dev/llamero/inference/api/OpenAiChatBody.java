package dev.llamero.inference.api;

import dev.llamero.dialects.ChatCall;

/** Body of {@code POST /v1/chat/completions}. */
public final class OpenAiChatBody {
    private OpenAiChatBody() {}

    /**
     * Reads and translates it. What is no JSON object, or has no text as its model, is told in the words of Go's
     * decoder, as on every other route; the rest in the words of the translation.
     *
     * @throws BadJsonException if the body is not such an object
     * @throws dev.llamero.dialects.DialectException if a field is missing or wrong
     */
    public static ChatCall read(byte[] body) {
        GoStruct.read(body, "openai.ChatCompletionRequest", fields -> fields.string("model"));
        return ChatCall.read(body);
    }
}
