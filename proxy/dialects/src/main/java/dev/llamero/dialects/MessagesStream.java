package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.io.IOException;

/**
 * The events of one streamed message of Anthropic's (specification 19, Anthropic's reference of streaming messages).
 * One block is open at a time; the next one closes it. One answer, one thread.
 */
final class MessagesStream implements AnswerWriter {
    private final MessageObject message;
    private final long promptTokensGuess;
    private final Sse out = new Sse();
    private boolean started;
    private boolean finished;
    private Block open = Block.NONE;
    private int index;
    private int callIndex = -1;

    /** What is being written. */
    private enum Block {
        NONE,
        THINKING,
        TEXT,
        CALL
    }

    MessagesStream(MessageObject message, long promptTokensGuess) {
        this.message = message;
        this.promptTokensGuess = promptTokensGuess;
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
        if (!started) {
            started = true;
            start(chunk);
        }
        if (!chunk.thinking().isEmpty()) {
            enter(Block.THINKING, json -> {
                json.writeStringField("type", "thinking");
                json.writeStringField("thinking", "");
                message.signature(json);
            });
            delta("thinking_delta", "thinking", chunk.thinking());
        }
        if (!chunk.content().isEmpty()) {
            enter(Block.TEXT, json -> {
                json.writeStringField("type", "text");
                json.writeStringField("text", "");
            });
            delta("text_delta", "text", chunk.content());
        }
        chunk.toolCalls().forEach(this::call);
        chunk.end().ifPresent(this::finish);
        return out.take();
    }

    private void start(AnswerChunk chunk) {
        long tokens = chunk.usage().map(AnswerChunk.Usage::promptTokens).orElse(promptTokensGuess);
        event("message_start", json -> {
            json.writeObjectFieldStart("message");
            message.head(json);
            json.writeArrayFieldStart("content");
            json.writeEndArray();
            if (message.official()) {
                json.writeNullField("stop_reason");
                json.writeNullField("stop_sequence");
            }
            json.writeObjectFieldStart("usage");
            json.writeNumberField("input_tokens", tokens);
            json.writeNumberField("output_tokens", 0);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private void call(ToolPart part) {
        if (part.begins()) {
            close();
            callIndex = part.index();
            enter(Block.CALL, json -> {
                json.writeStringField("type", "tool_use");
                json.writeStringField("id", TextCollector.id(part));
                json.writeStringField("name", part.name());
                json.writeObjectFieldStart("input");
                json.writeEndObject();
            });
        }
        if (open != Block.CALL || part.index() != callIndex) {
            throw DialectException.garbled("the model server sent parts of tool calls out of order");
        }
        if (!part.arguments().isEmpty()) {
            delta("input_json_delta", "partial_json", part.arguments());
        }
    }

    private void finish(AnswerChunk.End end) {
        finished = true;
        close();
        event("message_delta", json -> {
            json.writeObjectFieldStart("delta");
            message.stop(json, end, callIndex >= 0);
            json.writeEndObject();
            json.writeObjectFieldStart("usage");
            message.usage(json, end.usage());
            json.writeEndObject();
        });
        event("message_stop", json -> {});
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public byte[] failure(Failure failure) {
        out.event("error", json -> AnthropicErrors.error(json, failure));
        return out.take();
    }

    private void enter(Block block, Json.Body content) {
        if (open == block) {
            return;
        }
        close();
        open = block;
        event("content_block_start", json -> {
            json.writeNumberField("index", index);
            json.writeObjectFieldStart("content_block");
            content.write(json);
            json.writeEndObject();
        });
    }

    private void close() {
        if (open == Block.NONE) {
            return;
        }
        if (open == Block.THINKING && message.official()) {
            delta("signature_delta", "signature", "");
        }
        event("content_block_stop", json -> json.writeNumberField("index", index));
        open = Block.NONE;
        index++;
    }

    private void delta(String type, String name, String text) {
        event("content_block_delta", json -> {
            json.writeNumberField("index", index);
            json.writeObjectFieldStart("delta");
            writeDelta(json, type, name, text);
            json.writeEndObject();
        });
    }

    private static void writeDelta(JsonGenerator json, String type, String name, String text) throws IOException {
        json.writeStringField("type", type);
        json.writeStringField(name, text);
    }

    private void event(String type, Json.Body members) {
        out.event(type, json -> {
            json.writeStringField("type", type);
            members.write(json);
        });
    }
}
