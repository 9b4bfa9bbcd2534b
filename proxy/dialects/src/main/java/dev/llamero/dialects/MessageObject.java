package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Anthropic's message object (specification 19).
 *
 * @param official whether it has the members that the official API always has and Ollama leaves out
 */
record MessageObject(String id, String model, boolean official) {
    /** The members of a whole message. */
    void whole(JsonGenerator json, TextCollector answer, AnswerChunk.End end) throws IOException {
        head(json);
        json.writeArrayFieldStart("content");
        if (!answer.thinking().isEmpty()) {
            json.writeStartObject();
            json.writeStringField("type", "thinking");
            json.writeStringField("thinking", answer.thinking());
            signature(json);
            json.writeEndObject();
        }
        if (!answer.content().isEmpty()) {
            json.writeStartObject();
            json.writeStringField("type", "text");
            json.writeStringField("text", answer.content());
            json.writeEndObject();
        }
        for (TextCollector.Call call : answer.calls()) {
            json.writeStartObject();
            json.writeStringField("type", "tool_use");
            json.writeStringField("id", call.id());
            json.writeStringField("name", call.name());
            json.writeFieldName("input");
            json.writeTree(input(call, end));
            json.writeEndObject();
        }
        json.writeEndArray();
        stop(json, end, !answer.calls().isEmpty());
        json.writeObjectFieldStart("usage");
        usage(json, end.usage());
        json.writeEndObject();
    }

    /** Arguments that were cut in the middle are left out; the stop reason tells why. */
    private static ObjectNode input(TextCollector.Call call, AnswerChunk.End end) {
        return Arguments.object(call.arguments())
                .or(() -> end.cut() ? Arguments.object("") : java.util.Optional.empty())
                .orElseThrow(() -> DialectException.garbled(
                        "the model wrote arguments for the tool " + call.name() + " that are no JSON object"));
    }

    /** The members before the content. */
    void head(JsonGenerator json) throws IOException {
        json.writeStringField("id", id);
        json.writeStringField("type", "message");
        json.writeStringField("role", "assistant");
        json.writeStringField("model", model);
    }

    /** Thinking is not signed here, but clients with types expect the member. */
    void signature(JsonGenerator json) throws IOException {
        if (official) {
            json.writeStringField("signature", "");
        }
    }

    void stop(JsonGenerator json, AnswerChunk.End end, boolean calledTools) throws IOException {
        boolean sequence = end.stopSequence().isPresent() && !calledTools && !end.cut();
        String reason = sequence ? "stop_sequence" : reason(end, calledTools);
        if (official || reason != null) {
            json.writeStringField("stop_reason", reason);
        }
        if (official || sequence) {
            json.writeStringField("stop_sequence", sequence ? end.stopSequence().get() : null);
        }
    }

    private static String reason(AnswerChunk.End end, boolean calledTools) {
        if (calledTools) {
            return "tool_use";
        }
        return switch (end.reason()) {
            case "length" -> "max_tokens";
            case "content_filter" -> "refusal";
            default -> "end_turn";
        };
    }

    /** The members of usage; here tokens from the cache are counted apart. */
    void usage(JsonGenerator json, AnswerChunk.Usage usage) throws IOException {
        long cached = usage.cachedTokens().orElse(0L);
        json.writeNumberField("input_tokens", Math.max(0, usage.promptTokens() - cached));
        if (usage.cachedTokens().isPresent()) {
            json.writeNumberField("cache_creation_input_tokens", 0);
            json.writeNumberField("cache_read_input_tokens", cached);
        }
        json.writeNumberField("output_tokens", usage.completionTokens());
    }
}
