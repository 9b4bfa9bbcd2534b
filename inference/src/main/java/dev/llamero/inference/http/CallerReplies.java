package dev.llamero.inference.http;

import dev.llamero.dialects.AnswerReader;
import dev.llamero.dialects.AnswerWriter;
import dev.llamero.dialects.CallerRequest;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.Failure;
import dev.llamero.dialects.UpstreamKind;
import dev.llamero.inference.api.JsonText;
import io.helidon.http.HeaderNames;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * The objects of an answer in the dialect of its caller: events as they come, or one object at the end. Of a whole
 * answer nothing goes out before the end, so a failure always has a status.
 */
final class CallerReplies implements Replies {
    /** Whose streams Ollama tells proxies not to keep. */
    private static final Set<String> UNCACHED = Set.of("/v1/responses", "/v1/messages");

    private final Exchange exchange;
    private final boolean stream;
    private final AnswerWriter writer;
    private final AnswerReader reader = UpstreamKind.OLLAMA.answer("");
    private StreamWriter out;

    CallerReplies(Exchange exchange, CallerRequest request) {
        this.exchange = exchange;
        this.stream = request.stream();
        this.writer = request.answer(
                RequestIds.random() + RequestIds.random().substring(8),
                Instant.now().getEpochSecond());
    }

    /** Sets what Ollama tells proxies of a stream, also of one that is refused after its request was read. */
    static void announce(Exchange exchange, CallerRequest request) {
        if (request.stream() && UNCACHED.contains(exchange.path())) {
            exchange.reply(HeaderNames.CACHE_CONTROL, "no-cache");
        }
    }

    @Override
    public void only(Map<String, Object> object) {
        last(object);
    }

    @Override
    public void piece(Map<String, Object> object) {
        if (stream) {
            send(events(object));
        } else {
            translated(object);
        }
    }

    @Override
    public void last(Map<String, Object> object) {
        if (stream) {
            send(events(object));
            out.close();
        } else {
            exchange.send(200, writer.contentType(), translated(object));
        }
    }

    private void send(byte[] events) {
        if (events.length == 0) {
            return;
        }
        if (out == null) {
            out = exchange.stream(writer.contentType());
        }
        out.write(events);
    }

    /** An error in the middle is an event too. */
    private byte[] events(Map<String, Object> object) {
        try {
            return translated(object);
        } catch (DialectException e) {
            if (!started()) {
                throw e;
            }
            return writer.failure(Failure.of(e.error()));
        }
    }

    private byte[] translated(Map<String, Object> object) {
        byte[] line = Texts.utf8(JsonText.of(object) + "\n");
        var bytes = new ByteArrayOutputStream();
        reader.feed(line, 0, line.length, chunk -> bytes.writeBytes(writer.write(chunk)));
        return bytes.toByteArray();
    }

    @Override
    public boolean started() {
        return out != null;
    }
}
