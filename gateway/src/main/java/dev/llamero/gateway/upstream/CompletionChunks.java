package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.function.Consumer;

/**
 * Data of one server-sent event to deltas. Pure.
 *
 * <p>The thinking comes as {@code reasoning} (Ollama) or {@code reasoning_content} (llama-server, vLLM, DeepSeek). What
 * is not known is skipped, since servers differ; what has the wrong type counts as not there.
 */
final class CompletionChunks {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOOL_CALLS_MAX = 128;

    private CompletionChunks() {}

    /**
     * Hands on what the event holds.
     *
     * @return whether this was {@code [DONE]}, the end of the stream
     * @throws UpstreamException if the event is an error or no JSON
     */
    static boolean read(String data, Consumer<Delta> sink) {
        if (data.equals("[DONE]")) {
            return true;
        }
        JsonNode chunk = parse(data);
        if (chunk.hasNonNull("error")) {
            throw failed(chunk.get("error"));
        }
        JsonNode choice = chunk.path("choices").path(0);
        JsonNode delta = choice.path("delta");
        String reasoning =
                delta.path("reasoning").asText(delta.path("reasoning_content").asText(""));
        if (!reasoning.isEmpty()) {
            sink.accept(new Delta.Reasoning(reasoning));
        }
        JsonNode content = delta.path("content");
        if (content.isTextual() && !content.textValue().isEmpty()) {
            sink.accept(new Delta.Content(content.textValue()));
        }
        delta.path("tool_calls").forEach(call -> toolCall(call, sink));
        if (choice.path("finish_reason").isTextual()) {
            sink.accept(new Delta.Finish(choice.path("finish_reason").textValue()));
        }
        JsonNode usage = chunk.path("usage");
        if (usage.isObject()) {
            JsonNode cached = usage.path("prompt_tokens_details").path("cached_tokens");
            sink.accept(new Delta.Usage(
                    usage.path("prompt_tokens").asLong(0),
                    cached.asLong(-1),
                    usage.path("completion_tokens").asLong(0)));
        }
        return false;
    }

    /** An object that may be left out: what is none is an empty one. */
    static JsonNode object(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            return node.isObject() ? node : JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }

    private static void toolCall(JsonNode call, Consumer<Delta> sink) {
        int index = call.path("index").asInt(0);
        if (index < 0 || index >= TOOL_CALLS_MAX) {
            throw UpstreamException.broken("it calls more than " + TOOL_CALLS_MAX + " tools", null);
        }
        JsonNode function = call.path("function");
        sink.accept(new Delta.ToolCall(
                index,
                call.path("id").asText(""),
                function.path("name").asText(""),
                function.path("arguments").asText("")));
    }

    private static JsonNode parse(String data) {
        try {
            return JSON.readTree(data);
        } catch (JsonProcessingException e) {
            throw UpstreamException.broken("the proxy sent an event that is not JSON", e);
        }
    }

    private static UpstreamException failed(JsonNode error) {
        String message =
                error.isTextual() ? error.textValue() : error.path("message").asText("no reason given");
        return new UpstreamException(
                UpstreamException.Code.MODEL_FAILED,
                "The model server stopped in the middle of the answer: " + message,
                "What came so far is kept. Try again in a few seconds, in case the inference server had to be started"
                        + " anew; its log says more under this request id.",
                null,
                true);
    }
}
