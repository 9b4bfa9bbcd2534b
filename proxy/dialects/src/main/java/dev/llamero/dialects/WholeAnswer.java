package dev.llamero.dialects;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** An answer of OpenAI's dialect that came as one object, though a stream was asked for. */
final class WholeAnswer implements AnswerReader {
    private static final int BYTES_MAX = 64 << 20;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean finished;

    @Override
    public void feed(byte[] bytes, int offset, int length, Consumer<AnswerChunk> sink) {
        if ((long) body.size() + length > BYTES_MAX) {
            throw DialectException.garbled("the model server sent an answer of more than " + BYTES_MAX + " bytes");
        }
        body.write(bytes, offset, length);
    }

    @Override
    public void end(Consumer<AnswerChunk> sink) {
        AnswerChunk chunk = new OpenAiAnswers().whole(body.toByteArray());
        finished = true;
        sink.accept(chunk);
    }

    @Override
    public boolean finished() {
        return finished;
    }
}
