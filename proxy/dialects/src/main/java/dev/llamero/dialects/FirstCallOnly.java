package dev.llamero.dialects;

import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.util.List;

/** Keeps an answer to one tool call where the caller wants no more: servers cannot be relied on to stop at one. */
final class FirstCallOnly implements AnswerWriter {
    private final AnswerWriter writer;

    FirstCallOnly(AnswerWriter writer) {
        this.writer = writer;
    }

    @Override
    public String contentType() {
        return writer.contentType();
    }

    @Override
    public byte[] write(AnswerChunk chunk) {
        List<ToolPart> first =
                chunk.toolCalls().stream().filter(part -> part.index() == 0).toList();
        return writer.write(
                first.size() == chunk.toolCalls().size()
                        ? chunk
                        : new AnswerChunk(chunk.content(), chunk.thinking(), first, chunk.logprobs(), chunk.end()));
    }

    @Override
    public boolean finished() {
        return writer.finished();
    }

    @Override
    public byte[] failure(Failure failure) {
        return writer.failure(failure);
    }
}
