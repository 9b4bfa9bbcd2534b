package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/**
 * The events of one streamed completion (specification 18.3). The last piece holds the finish reason itself; thinking
 * is left out, since this dialect has no place for it. One answer, one thread.
 */
final class CompletionStream implements AnswerWriter {
    private static final AnswerChunk.Usage NONE =
            new AnswerChunk.Usage(0, 0, java.util.Optional.empty(), java.util.Optional.empty());

    private final Parts parts;
    private final boolean includeUsage;
    private final Sse out = new Sse();
    private int textLength;
    private boolean finished;

    CompletionStream(Parts parts, boolean includeUsage) {
        this.parts = parts;
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
        if (chunk.done() || !chunk.content().isEmpty() || !chunk.logprobs().isEmpty()) {
            String reason =
                    chunk.end().map(end -> OpenAiParts.finishReason(end, false)).orElse(null);
            event(json -> parts.choices(json, chunk.content(), reason, chunk.logprobs(), textLength), NONE);
            textLength += chunk.content().length();
        }
        chunk.end().ifPresent(end -> {
            finished = true;
            if (includeUsage) {
                event(
                        json -> {
                            json.writeArrayFieldStart("choices");
                            json.writeEndArray();
                        },
                        end.usage());
            }
            out.done();
        });
        return out.take();
    }

    private void event(Json.Body choices, AnswerChunk.Usage usage) {
        out.data(json -> {
            json.writeStringField("id", parts.id());
            json.writeStringField("object", "text_completion");
            json.writeNumberField("created", parts.createdSeconds());
            choices.write(json);
            json.writeStringField("model", parts.model());
            json.writeStringField("system_fingerprint", OpenAiParts.FINGERPRINT);
            if (includeUsage) {
                OpenAiParts.usage(json, usage);
            }
        });
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public byte[] failure(Failure failure) {
        return Sse.data(OpenAiErrors.body(failure));
    }

    /** What streamed and whole completions share. */
    record Parts(String id, long createdSeconds, String model, boolean withLogprobs) {
        void choices(JsonGenerator json, String text, String reason, List<JsonNode> logprobs, int offset)
                throws IOException {
            json.writeArrayFieldStart("choices");
            json.writeStartObject();
            json.writeStringField("text", text);
            json.writeNumberField("index", 0);
            json.writeStringField("finish_reason", reason);
            if (withLogprobs && !logprobs.isEmpty()) {
                logprobs(json, logprobs, offset);
            }
            json.writeEndObject();
            json.writeEndArray();
        }

        /** The older form: lists side by side. */
        private static void logprobs(JsonGenerator json, List<JsonNode> entries, int offset) throws IOException {
            json.writeObjectFieldStart("logprobs");
            json.writeArrayFieldStart("tokens");
            for (JsonNode entry : entries) {
                json.writeString(entry.path("token").asText());
            }
            json.writeEndArray();
            json.writeArrayFieldStart("token_logprobs");
            for (JsonNode entry : entries) {
                json.writeTree(entry.path("logprob"));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("top_logprobs");
            for (JsonNode entry : entries) {
                json.writeStartObject();
                for (JsonNode other : entry.path("top_logprobs")) {
                    json.writeFieldName(other.path("token").asText());
                    json.writeTree(other.path("logprob"));
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("text_offset");
            int at = offset;
            for (JsonNode entry : entries) {
                json.writeNumber(at);
                at += entry.path("token").asText().length();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
