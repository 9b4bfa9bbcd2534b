package dev.llamero.inference.http;

import dev.llamero.dialects.ChatCall;
import dev.llamero.dialects.ChatCollector;
import dev.llamero.dialects.ChatStream;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.OllamaChunk;
import dev.llamero.inference.api.JsonText;
import io.helidon.http.HeaderNames;
import java.time.Instant;
import java.util.Map;

/** The objects of a chat as OpenAI's chat completions: events as they come, or one object at the end. */
final class OpenAiReplies {
    static final String JSON = "application/json";

    private OpenAiReplies() {}

    /** For one call. */
    static Replies of(Exchange exchange, ChatCall call) {
        String id = "chatcmpl-" + RequestIds.random();
        long created = Instant.now().getEpochSecond();
        return call.stream()
                ? new Events(exchange, new ChatStream(call, id, created))
                : new Whole(exchange, new ChatCollector(call, id, created));
    }

    private static OllamaChunk chunk(Map<String, Object> object) {
        byte[] line = Texts.utf8(JsonText.of(object));
        return OllamaChunk.read(line, 0, line.length).orElseThrow();
    }

    /** Server-sent events; an error in the middle is an event too. */
    private static final class Events implements Replies {
        private final Exchange exchange;
        private final ChatStream stream;
        private StreamWriter out;

        Events(Exchange exchange, ChatStream stream) {
            this.exchange = exchange;
            this.stream = stream;
        }

        @Override
        public void only(Map<String, Object> object) {
            last(object);
        }

        @Override
        public void piece(Map<String, Object> object) {
            byte[] events = events(object);
            if (out == null) {
                exchange.reply(HeaderNames.CACHE_CONTROL, "no-cache");
                out = exchange.stream("text/event-stream");
            }
            out.write(events);
        }

        private byte[] events(Map<String, Object> object) {
            try {
                return stream.events(chunk(object));
            } catch (DialectException e) {
                return ChatStream.failure(e.error());
            }
        }

        @Override
        public void last(Map<String, Object> object) {
            piece(object);
            out.close();
        }

        @Override
        public boolean started() {
            return out != null;
        }
    }

    /** Nothing goes out before the end, so a failure always has a status. */
    private static final class Whole implements Replies {
        private final Exchange exchange;
        private final ChatCollector collector;

        Whole(Exchange exchange, ChatCollector collector) {
            this.exchange = exchange;
            this.collector = collector;
        }

        @Override
        public void only(Map<String, Object> object) {
            last(object);
        }

        @Override
        public void piece(Map<String, Object> object) {
            collector.add(chunk(object));
        }

        @Override
        public void last(Map<String, Object> object) {
            piece(object);
            exchange.send(200, JSON, collector.completion());
        }

        @Override
        public boolean started() {
            return false;
        }
    }
}
