package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/** The parts that OpenAI's streamed and whole answers share. */
final class ChatAnswer {
    static final String FINGERPRINT = "fp_ollama";

    private ChatAnswer() {}

    static void head(JsonGenerator json, String id, String object, long createdSeconds, String model)
            throws IOException {
        json.writeStringField("id", id);
        json.writeStringField("object", object);
        json.writeNumberField("created", createdSeconds);
        json.writeStringField("model", model);
        json.writeStringField("system_fingerprint", FINGERPRINT);
    }

    static String finishReason(String doneReason, boolean calledTools) {
        return switch (doneReason) {
            case "length" -> "length";
            // Everything else is an ordinary end: OpenAI knows no "load", and an old server may give no reason.
            default -> calledTools ? "tool_calls" : "stop";
        };
    }

    /** @param first index of the first call within the whole answer */
    static void toolCalls(JsonGenerator json, List<JsonNode> calls, int first) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        int index = first;
        for (JsonNode call : calls) {
            JsonNode function = call.path("function");
            JsonNode arguments = function.path("arguments");
            json.writeStartObject();
            json.writeStringField("id", call.path("id").asText("call_" + index));
            json.writeNumberField("index", index);
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", function.path("name").asText());
            json.writeStringField("arguments", arguments.isObject() ? arguments.toString() : arguments.asText("{}"));
            json.writeEndObject();
            json.writeEndObject();
            index++;
        }
        json.writeEndArray();
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

    static void usage(JsonGenerator json, OllamaChunk.Usage usage) throws IOException {
        json.writeObjectFieldStart("usage");
        json.writeNumberField("prompt_tokens", usage.promptTokens());
        json.writeNumberField("completion_tokens", usage.completionTokens());
        json.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
        if (usage.cachedTokens().isPresent()) {
            json.writeObjectFieldStart("prompt_tokens_details");
            json.writeNumberField("cached_tokens", usage.cachedTokens().get());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
