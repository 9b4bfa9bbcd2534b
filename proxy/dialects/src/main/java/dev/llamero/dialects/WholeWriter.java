package dev.llamero.dialects;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Collects an answer that goes out as one JSON object. */
final class WholeWriter implements AnswerWriter {
    private static final byte[] NOTHING = new byte[0];

    private final Body body;
    private final java.util.function.Function<Failure, byte[]> error;
    private final TextCollector collector = new TextCollector();
    private boolean finished;

    /** Writes the members of the object. */
    interface Body {
        void write(JsonGenerator json, TextCollector answer, AnswerChunk.End end) throws IOException;
    }

    WholeWriter(java.util.function.Function<Failure, byte[]> error, Body body) {
        this.error = error;
        this.body = body;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public byte[] write(AnswerChunk chunk) {
        if (finished) {
            throw DialectException.garbled("the model server went on after the end of its answer");
        }
        collector.add(chunk);
        if (!chunk.done()) {
            return NOTHING;
        }
        finished = true;
        return Json.bytes(json -> {
            json.writeStartObject();
            body.write(json, collector, chunk.end().orElseThrow());
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public byte[] failure(Failure failure) {
        return error.apply(failure);
    }
}
