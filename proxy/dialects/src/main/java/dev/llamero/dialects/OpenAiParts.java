package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/** The parts that OpenAI's streamed and whole answers share. */
final class OpenAiParts {
    static final String FINGERPRINT = "fp_ollama";

    private OpenAiParts() {}

    static String finishReason(AnswerChunk.End end, boolean calledTools) {
        return switch (end.reason()) {
            // A prompt without text is Ollama's "load", which its own route passes on.
            case "length", "content_filter", "load" -> end.reason();
            // Everything else is an ordinary end: an old server may give no reason.
            default -> calledTools ? "tool_calls" : "stop";
        };
    }

    static void call(JsonGenerator json, String id, int index, String name, String arguments) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeNumberField("index", index);
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", name);
        json.writeStringField("arguments", arguments);
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * Entries as the server sent them; a missing {@code top_logprobs} becomes an empty list, which typed clients need.
     */
    static void logprobs(JsonGenerator json, List<JsonNode> entries) throws IOException {
        json.writeObjectFieldStart("logprobs");
        json.writeArrayFieldStart("content");
        for (JsonNode entry : entries) {
            json.writeStartObject();
            for (var field : entry.properties()) {
                json.writeFieldName(field.getKey());
                json.writeTree(field.getValue());
            }
            if (!entry.has("top_logprobs")) {
                json.writeArrayFieldStart("top_logprobs");
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void usage(JsonGenerator json, AnswerChunk.Usage usage) throws IOException {
        json.writeObjectFieldStart("usage");
        json.writeNumberField("prompt_tokens", usage.promptTokens());
        json.writeNumberField("completion_tokens", usage.completionTokens());
        json.writeNumberField("total_tokens", usage.totalTokens());
        if (usage.cachedTokens().isPresent()) {
            json.writeObjectFieldStart("prompt_tokens_details");
            json.writeNumberField("cached_tokens", usage.cachedTokens().get());
            json.writeEndObject();
        }
        if (usage.reasoningTokens().isPresent()) {
            json.writeObjectFieldStart("completion_tokens_details");
            json.writeNumberField("reasoning_tokens", usage.reasoningTokens().get());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
