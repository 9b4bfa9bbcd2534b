package dev.llamero.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llamero.benchmarks.servers.Target;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/** Asks streamed questions and times their answers. Safe for many threads; the caller closes it. */
public final class StreamClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WAIT = Duration.ofMinutes(10);
    /** llama-server closes connections that are idle for five seconds. */
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);

    private final Map<Integer, ConcurrentLinkedDeque<HttpExchange>> idle = new ConcurrentHashMap<>();

    /**
     * One answer to its end.
     *
     * @throws IOException if the server refuses, breaks off or gives no text; the message holds its answer
     */
    Answer ask(Target target, Question question) throws IOException {
        return ask(target, question, ANSWER_WAIT, new Pieces());
    }

    /** The same, where another thread may watch the pieces come. */
    Answer ask(Target target, Question question, Pieces pieces) throws IOException {
        return ask(target, question, ANSWER_WAIT, pieces);
    }

    /** Leaves after this time, as a user who closes the page; or reads to the end if that comes first. */
    Answer askAndLeave(Target target, Question question, Duration after) throws IOException {
        return ask(target, question, after, new Pieces());
    }

    private Answer ask(Target target, Question question, Duration patience, Pieces pieces) throws IOException {
        byte[] request = request(target, Question.path(target), question.body(target));
        HttpExchange kept = takeIdle(target);
        if (kept != null) {
            try {
                return measure(target, kept, request, patience, pieces);
            } catch (EOFException | SocketException e) {
                // A server may close a kept connection just as the question is sent; nothing was measured yet.
                kept.close();
                if (pieces.count() > 0) {
                    throw e;
                }
            }
        }
        return measure(target, new HttpExchange(target.port()), request, patience, pieces);
    }

    private HttpExchange takeIdle(Target target) {
        var kept = idle.computeIfAbsent(target.port(), port -> new ConcurrentLinkedDeque<>());
        for (HttpExchange each = kept.pollLast(); each != null; each = kept.pollLast()) {
            if (each.idleNanos() < IDLE_NANOS_MAX) {
                return each;
            }
            each.close();
        }
        return null;
    }

    private static byte[] request(Target target, String path, byte[] body) {
        String key = target.key().isEmpty() ? "" : "Authorization: Bearer " + target.key() + "\r\n";
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + target.port()
                        + "\r\nContent-Type: application/json\r\n" + key + "Content-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    private Answer measure(Target target, HttpExchange exchange, byte[] request, Duration patience, Pieces pieces)
            throws IOException {
        boolean leaves = patience != ANSWER_WAIT;
        boolean keep = false;
        try {
            long sent = exchange.send(request);
            long deadline = sent + patience.toNanos();
            var reader = new AnswerReader(target, sent, pieces);
            try {
                exchange.waitAtMost(millisLeft(deadline));
                int status = exchange.readHead();
                String line = exchange.readLine();
                if (status != 200) {
                    throw new IOException(target.name() + " answered " + status + ": " + line);
                }
                for (; line != null; line = exchange.readLine()) {
                    reader.line(line, System.nanoTime());
                    exchange.waitAtMost(millisLeft(deadline));
                }
            } catch (SocketTimeoutException e) {
                if (leaves) {
                    return reader.answer(true);
                }
                throw new IOException(target.name() + " did not finish within " + patience.toMinutes() + " minutes", e);
            }
            keep = exchange.reusable();
            return reader.answer(false);
        } finally {
            if (keep) {
                idle.get(target.port()).addLast(exchange);
            } else {
                exchange.close();
            }
        }
    }

    /**
     * At least one: zero would mean for ever.
     *
     * @throws SocketTimeoutException at the deadline, which an answer that never pauses would pass unseen
     */
    private static int millisLeft(long deadline) throws SocketTimeoutException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline has passed");
        }
        return (int) Math.max(1, left / 1_000_000);
    }

    /** What has been read of one answer. */
    private static final class AnswerReader {
        private final Target target;
        private final long sent;
        private final Pieces pieces;
        private final StringBuilder text = new StringBuilder();
        private long firstAnswerPiece;
        private int promptTokens;
        private int outputTokens;
        private long decodeCalls;

        AnswerReader(Target target, long sent, Pieces pieces) {
            this.target = target;
            this.sent = sent;
            this.pieces = pieces;
        }

        void line(String line, long now) throws IOException {
            String data = line.startsWith("data: ") ? line.substring(6) : line;
            if (data.isBlank() || data.equals("[DONE]") || data.startsWith(":")) {
                return;
            }
            JsonNode chunk = JSON.readTree(data);
            if (chunk.has("error")) {
                throw new IOException(target.name() + " broke off: " + chunk.get("error"));
            }
            String thinking = Question.thinking(target, chunk);
            String content = Question.content(target, chunk);
            if (!thinking.isEmpty() || !content.isEmpty()) {
                pieces.add(now);
                text.append(thinking).append(content);
            }
            if (!content.isEmpty() && firstAnswerPiece == 0) {
                firstAnswerPiece = now;
            }
            counts(chunk);
        }

        private void counts(JsonNode chunk) {
            JsonNode usage = chunk.path("usage");
            promptTokens = chunk.path("prompt_eval_count")
                    .asInt(usage.path("prompt_tokens").asInt(promptTokens));
            outputTokens = chunk.path("eval_count")
                    .asInt(usage.path("completion_tokens").asInt(outputTokens));
            JsonNode timings = chunk.path("timings");
            if (timings.has("predicted_n")) {
                // Every token that was not an accepted draft took a run of the model.
                decodeCalls = timings.get("predicted_n").asLong()
                        - timings.path("draft_n_accepted").asLong(0);
            }
        }

        Answer answer(boolean dropped) throws IOException {
            if (!dropped && pieces.count() == 0) {
                throw new NoTextException(target.name());
            }
            return new Answer(
                    sent,
                    pieces.times(),
                    firstAnswerPiece,
                    promptTokens,
                    outputTokens,
                    decodeCalls,
                    dropped,
                    text.toString());
        }
    }

    @Override
    public void close() {
        idle.values().forEach(kept -> kept.forEach(HttpExchange::close));
    }
}
