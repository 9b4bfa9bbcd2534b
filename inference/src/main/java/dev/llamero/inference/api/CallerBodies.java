package dev.llamero.inference.api;

import dev.llamero.dialects.ChatCompletionRequest;
import dev.llamero.dialects.CompletionRequest;
import dev.llamero.dialects.Manner;
import dev.llamero.dialects.MessagesRequest;
import dev.llamero.dialects.ResponsesRequest;
import java.util.List;

/**
 * Bodies of the routes that speak other dialects than Ollama's. What is no JSON object, or has plain fields of a wrong
 * type, is told in the words of Go's decoder, as on every other route; the rest in the words of the translation.
 *
 * <p>Each method throws {@link BadJsonException} for the first, and {@link dev.llamero.dialects.DialectException} for
 * the second.
 */
public final class CallerBodies {
    private CallerBodies() {}

    /** Body of {@code POST /v1/chat/completions}. */
    public static ChatCompletionRequest chatCompletion(byte[] body) {
        check(
                body,
                "openai.ChatCompletionRequest",
                List.of("model", "reasoning_effort"),
                List.of("stream", "logprobs"),
                List.of("max_tokens", "seed", "top_logprobs"));
        return ChatCompletionRequest.read(body, Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/completions}. */
    public static CompletionRequest completion(byte[] body) {
        check(
                body,
                "openai.CompletionRequest",
                List.of("model", "prompt", "suffix"),
                List.of("stream"),
                List.of("max_tokens", "seed", "logprobs"));
        return CompletionRequest.read(body, Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/responses}. */
    public static ResponsesRequest responses(byte[] body) {
        check(
                body,
                "openai.ResponsesRequest",
                List.of("model", "instructions", "truncation"),
                List.of("stream", "background"),
                List.of("max_output_tokens"));
        return ResponsesRequest.read(body, Manner.OLLAMA);
    }

    /** Body of {@code POST /v1/messages}. */
    public static MessagesRequest messages(byte[] body) {
        check(body, "anthropic.MessagesRequest", List.of("model"), List.of("stream"), List.of("max_tokens", "top_k"));
        return MessagesRequest.read(body, Manner.OLLAMA);
    }

    private static void check(
            byte[] body, String goType, List<String> strings, List<String> flags, List<String> integers) {
        GoStruct.read(body, goType, fields -> {
            strings.forEach(fields::string);
            flags.forEach(flag -> fields.bool(flag, false));
            integers.forEach(fields::integer);
            return goType;
        });
    }
}
