package dev.llamero.proxy.http;

import dev.llamero.dialects.ChatCall;
import dev.llamero.dialects.ChatStream;
import dev.llamero.dialects.DialectException;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Relays one answer as server-sent events. Nothing is written before the model server's first line, so what fails until
 * then still gets a status; later failures become an event. What one read of the model server gave is one write and one
 * flush: a token is never held back, and a burst is not cut into small packets.
 */
final class StreamedAnswer {
    private final ChatCall call;
    private final UpstreamCall answer;
    private final ServerResponse response;
    private final AccessLine line;
    private final SlowClients.Guard guard;
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream(1024);
    private OutputStream out;

    StreamedAnswer(
            ChatCall call, UpstreamCall answer, ServerResponse response, AccessLine line, SlowClients.Guard guard) {
        this.call = call;
        this.answer = answer;
        this.response = response;
        this.line = line;
        this.guard = guard;
    }

    void relay(String completionId, long createdSeconds) {
        var stream = new ChatStream(call, completionId, createdSeconds);
        try {
            ChatEndpoint.readLines(
                    answer,
                    chunk -> {
                        line.firstToken();
                        line.usage(chunk.usage());
                        batch.writeBytes(stream.events(chunk));
                        return stream.finished();
                    },
                    () -> {
                        if (stream.finished()) {
                            // Before the flush: clients hang up on [DONE], and that is no leaving.
                            line.endedBy(AccessLine.End.DONE);
                        }
                        flush();
                    });
        } catch (DialectException | UpstreamException e) {
            if (line.ended().filter(AccessLine.End.CLIENT::equals).isPresent()) {
                throw new ClientGoneException(e);
            }
            // Lines that came in the same read as the failure are good.
            flush();
            if (out == null) {
                throw e;
            }
            tellFailure(e);
        }
    }

    private void tellFailure(RuntimeException failure) {
        boolean stopped = line.ended().filter(AccessLine.End.SHUTDOWN::equals).isPresent();
        ErrorReplies.Reply reply = ErrorReplies.reply(stopped ? ChatEndpoint.stopped() : failure, line.id());
        line.error(reply.code());
        line.endedBy(reply.endedBy());
        batch.writeBytes(ChatStream.failure(reply.body()));
        flush();
    }

    private void flush() {
        if (batch.size() == 0) {
            return;
        }
        try {
            if (out == null) {
                response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
                response.header(HeaderNames.CACHE_CONTROL, "no-cache");
                out = response.outputStream();
            }
            guard.io(() -> {
                batch.writeTo(out);
                out.flush();
            });
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw new ClientGoneException(e);
        }
        batch.reset();
    }
}
