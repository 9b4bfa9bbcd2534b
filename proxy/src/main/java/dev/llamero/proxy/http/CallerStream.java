package dev.llamero.proxy.http;

import dev.llamero.dialects.AnswerWriter;
import io.helidon.http.HeaderNames;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.CloseConnectionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * The caller's side of a streamed answer. Nothing is written before the first piece, so what fails until then still
 * gets a status, or another server; later failures become an event. What is put in between two flushes is one write: a
 * token is never held back, and a burst is not cut into small packets. One request, one thread.
 */
final class CallerStream {
    private static final int BATCH_BYTES = 1024;

    private final Exchange exchange;
    private final SlowClients.Guard guard;
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH_BYTES);
    private AnswerWriter writer;
    private OutputStream out;

    CallerStream(Exchange exchange, SlowClients.Guard guard) {
        this.exchange = exchange;
        this.guard = guard;
    }

    /** Begins with an answer, or begins again with that of another server. */
    void answersWith(AnswerWriter answer) {
        writer = answer;
        batch.reset();
    }

    void put(byte[] bytes) {
        batch.writeBytes(bytes);
    }

    int pendingBytes() {
        return batch.size();
    }

    /** Whether anything has reached the caller. */
    boolean begun() {
        return out != null;
    }

    void flush() {
        if (batch.size() == 0) {
            return;
        }
        try {
            if (out == null) {
                exchange.response().header(HeaderNames.CONTENT_TYPE, writer.contentType());
                exchange.response().header(HeaderNames.CACHE_CONTROL, "no-cache");
                exchange.putFigures();
                out = exchange.response().outputStream();
                exchange.facts().begun();
            }
            long before = System.nanoTime();
            guard.io(() -> {
                batch.writeTo(out);
                out.flush();
            });
            exchange.facts().waited(System.nanoTime() - before);
        } catch (IOException | UncheckedIOException | CloseConnectionException | Http2Exception e) {
            throw new ClientGoneException(e);
        }
        batch.reset();
    }

    /** Ends a stream that has begun with the event that tells why; what came before the failure is good. */
    void fail(RuntimeException failure) {
        CallFacts facts = exchange.facts();
        if (facts.isEndedBy(CallFacts.End.CLIENT)) {
            throw new ClientGoneException(failure);
        }
        ErrorReplies.Reply reply = ErrorReplies.reply(failure, facts.id());
        facts.error(reply.code());
        facts.endedBy(reply.endedBy());
        batch.writeBytes(writer.failure(reply.failure()));
        flush();
    }
}
