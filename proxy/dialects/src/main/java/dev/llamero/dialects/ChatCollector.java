package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the lines of one {@code /api/chat} answer into one chat completion object. One answer, one thread.
 */
public final class ChatCollector {
    /** No model writes so much; a server that never ends must not fill the memory. */
    private static final int CHARS_MAX = 64 << 20;

    private final ChatCall call;
    private final String id;
    private final long createdSeconds;
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<JsonNode> toolCalls = new ArrayList<>();
    private final List<JsonNode> logprobs = new ArrayList<>();
    private OllamaChunk last;

    /**
     * @param id of the completion
     * @param createdSeconds Unix time
     */
    public ChatCollector(ChatCall call, String id, long createdSeconds) {
        this.call = call;
        this.id = id;
        this.createdSeconds = createdSeconds;
    }

    /** Takes the next line. */
    public void add(OllamaChunk chunk) {
        if (last != null) {
            throw DialectException.garbled("the model server went on after the end of its answer");
        }
        if ((long) content.length() + thinking.length() + chunk.content().length() > CHARS_MAX) {
            throw DialectException.garbled("the model server sent an answer of more than " + CHARS_MAX + " characters");
        }
        content.append(chunk.content());
        thinking.append(chunk.thinking());
        chunk.toolCalls().forEach(toolCalls::add);
        chunk.logprobs().forEach(logprobs::add);
        if (chunk.done()) {
            last = chunk;
        }
    }

    /** Whether the last line was seen. */
    public boolean finished() {
        return last != null;
    }

    /** The whole answer, with the newline that Ollama ends it with. Only once {@link #finished()}. */
    public byte[] completion() {
        if (last == null) {
            throw new IllegalStateException("the answer is not finished");
        }
        return Json.bytes(json -> {
            json.writeStartObject();
            ChatAnswer.head(json, id, "chat.completion", createdSeconds, call.model());
            json.writeArrayFieldStart("choices");
            json.writeStartObject();
            json.writeNumberField("index", 0);
            json.writeObjectFieldStart("message");
            json.writeStringField("role", "assistant");
            json.writeStringField("content", content.toString());
            if (!thinking.isEmpty()) {
                json.writeStringField("reasoning", thinking.toString());
            }
            if (!toolCalls.isEmpty()) {
                ChatAnswer.toolCalls(json, toolCalls, 0);
            }
            json.writeEndObject();
            json.writeStringField("finish_reason", ChatAnswer.finishReason(last.doneReason(), !toolCalls.isEmpty()));
            if (!logprobs.isEmpty()) {
                ChatAnswer.logprobs(json, logprobs);
            }
            json.writeEndObject();
            json.writeEndArray();
            ChatAnswer.usage(json, last.usage().orElseThrow());
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }
}
