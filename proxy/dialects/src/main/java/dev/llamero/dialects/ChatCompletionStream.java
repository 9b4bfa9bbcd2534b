package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.io.IOException;
import java.util.List;

/** The events of one streamed chat completion (specification 7.4). One answer, one thread. */
final class ChatCompletionStream implements AnswerWriter {
    private final Head head;
    private final boolean includeUsage;
    private final Sse out = new Sse();
    private boolean roleSent;
    private boolean called;
    private boolean finished;

    /** The members that every chunk repeats. */
    record Head(String id, long createdSeconds, String model) {
        void write(JsonGenerator json, String object) throws IOException {
            json.writeStringField("id", id);
            json.writeStringField("object", object);
            json.writeNumberField("created", createdSeconds);
            json.writeStringField("model", model);
            json.writeStringField("system_fingerprint", OpenAiParts.FINGERPRINT);
        }
    }

    ChatCompletionStream(Head head, boolean includeUsage) {
        this.head = head;
        this.includeUsage = includeUsage;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    @Override
    public byte[] write(AnswerChunk chunk) {
        if (finished) {
            throw DialectException.garbled("the model server went on after the end of its answer");
        }
        if (!chunk.carriesNothing() || chunk.done() && !roleSent) {
            deltas(chunk);
        }
        chunk.end().ifPresent(this::finish);
        return out.take();
    }

    private void finish(AnswerChunk.End end) {
        finished = true;
        String reason = OpenAiParts.finishReason(end, called);
        event(json -> choice(json, List.of(), reason, delta -> {}));
        if (includeUsage) {
            event(json -> {
                json.writeArrayFieldStart("choices");
                json.writeEndArray();
                OpenAiParts.usage(json, end.usage());
            });
        }
        out.done();
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public byte[] failure(Failure failure) {
        return Sse.data(OpenAiErrors.body(failure));
    }

    /** Reasoning and text of one piece become two chunks, so that a client never sees both in one delta. */
    private void deltas(AnswerChunk chunk) {
        List<ToolPart> calls = chunk.toolCalls();
        boolean both = !chunk.thinking().isEmpty() && (!chunk.content().isEmpty() || !calls.isEmpty());
        if (both) {
            event(json ->
                    choice(json, List.of(), null, delta -> delta.writeStringField("reasoning", chunk.thinking())));
        }
        event(json -> choice(json, chunk.logprobs(), null, delta -> {
            delta.writeStringField("content", chunk.content());
            if (!both && !chunk.thinking().isEmpty()) {
                delta.writeStringField("reasoning", chunk.thinking());
            }
            if (!calls.isEmpty()) {
                delta.writeArrayFieldStart("tool_calls");
                for (ToolPart part : calls) {
                    call(delta, part);
                }
                delta.writeEndArray();
                called = true;
            }
        }));
    }

    private static void call(JsonGenerator json, ToolPart part) throws IOException {
        if (part.begins()) {
            OpenAiParts.call(json, TextCollector.id(part), part.index(), part.name(), part.arguments());
            return;
        }
        json.writeStartObject();
        json.writeNumberField("index", part.index());
        json.writeObjectFieldStart("function");
        json.writeStringField("arguments", part.arguments());
        json.writeEndObject();
        json.writeEndObject();
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
            OpenAiParts.logprobs(json, logprobs);
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private void event(Json.Body body) {
        out.data(json -> {
            head.write(json, "chat.completion.chunk");
            body.write(json);
        });
    }
}
