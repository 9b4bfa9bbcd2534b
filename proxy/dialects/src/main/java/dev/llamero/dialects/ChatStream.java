package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the lines of one {@code /api/chat} answer into the events of one streamed chat completion (specification 7.4).
 * One answer, one thread. Each event is one {@code data:} line of JSON, whose strings hold no raw newline, and a blank
 * line.
 */
public final class ChatStream {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

    private final ChatCall call;
    private final String id;
    private final long createdSeconds;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    private boolean roleSent;
    private int toolCallsSent;
    private boolean finished;

    /**
     * @param id of the completion, repeated in every chunk
     * @param createdSeconds Unix time, repeated in every chunk
     */
    public ChatStream(ChatCall call, String id, long createdSeconds) {
        this.call = call;
        this.id = id;
        this.createdSeconds = createdSeconds;
    }

    /** The events of one line; empty if it says nothing. The last line also gives finish, usage and {@code [DONE]}. */
    public byte[] events(OllamaChunk chunk) {
        if (finished) {
            throw DialectException.garbled("the model server went on after the end of its answer");
        }
        out.reset();
        if (!chunk.carriesNothing() || chunk.done() && !roleSent) {
            deltas(chunk);
        }
        if (chunk.done()) {
            finished = true;
            String reason = ChatAnswer.finishReason(chunk.doneReason(), toolCallsSent > 0);
            event(json -> choice(json, List.of(), reason, delta -> {}));
            if (call.includeUsage()) {
                event(json -> {
                    json.writeArrayFieldStart("choices");
                    json.writeEndArray();
                    ChatAnswer.usage(json, chunk.usage().orElseThrow());
                });
            }
            out.writeBytes(DONE);
        }
        return out.toByteArray();
    }

    /** Whether the last line was seen; a stream that ends before it was cut. */
    public boolean finished() {
        return finished;
    }

    /** The event that tells an error in the middle of a stream. No {@code [DONE]} follows it. */
    public static byte[] failure(DialectError error) {
        return failure(OpenAiErrors.body(error));
    }

    /** The same for a ready error body. */
    public static byte[] failure(byte[] errorBody) {
        var out = new ByteArrayOutputStream(errorBody.length + DATA.length + END.length);
        out.writeBytes(DATA);
        out.writeBytes(errorBody);
        out.writeBytes(END);
        return out.toByteArray();
    }

    /** Reasoning and text of one line become two chunks, so that a client never sees both in one delta. */
    private void deltas(OllamaChunk chunk) {
        List<JsonNode> calls = list(chunk.toolCalls());
        List<JsonNode> logprobs = list(chunk.logprobs());
        boolean both = !chunk.thinking().isEmpty() && (!chunk.content().isEmpty() || !calls.isEmpty());
        if (both) {
            event(json ->
                    choice(json, List.of(), null, delta -> delta.writeStringField("reasoning", chunk.thinking())));
        }
        event(json -> choice(json, logprobs, null, delta -> {
            delta.writeStringField("content", chunk.content());
            if (!both && !chunk.thinking().isEmpty()) {
                delta.writeStringField("reasoning", chunk.thinking());
            }
            if (!calls.isEmpty()) {
                ChatAnswer.toolCalls(delta, calls, toolCallsSent);
                toolCallsSent += calls.size();
            }
        }));
    }

    private void choice(JsonGenerator json, List<JsonNode> logprobs, String finishReason, Json.Body delta)
            throws IOException {
        json.writeArrayFieldStart("choices");
        json.writeStartObject();
        json.writeNumberField("index", 0);
        json.writeObjectFieldStart("delta");
        if (!roleSent) {
            json.writeStringField("role", "assistant");
            roleSent = true;
        }
        delta.write(json);
        json.writeEndObject();
        json.writeStringField("finish_reason", finishReason);
        if (!logprobs.isEmpty()) {
            ChatAnswer.logprobs(json, logprobs);
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private void event(Json.Body body) {
        out.writeBytes(DATA);
        Json.write(out, json -> {
            json.writeStartObject();
            ChatAnswer.head(json, id, "chat.completion.chunk", createdSeconds, call.model());
            body.write(json);
            json.writeEndObject();
        });
        out.writeBytes(END);
    }

    private static List<JsonNode> list(JsonNode node) {
        if (node.isMissingNode()) {
            return List.of();
        }
        var items = new ArrayList<JsonNode>(node.size());
        node.forEach(items::add);
        return items;
    }
}
