package dev.llamero.proxy.http;

import dev.llamero.dialects.ChatCall;
import dev.llamero.dialects.ChatCollector;
import dev.llamero.dialects.DialectException;
import dev.llamero.dialects.LineSplitter;
import dev.llamero.dialects.OllamaChunk;
import dev.llamero.dialects.UpstreamErrors;
import dev.llamero.proxy.upstream.UpstreamCall;
import dev.llamero.proxy.upstream.UpstreamClient;
import dev.llamero.proxy.upstream.UpstreamException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.util.Map;

/**
 * {@code POST /v1/chat/completions}: translates the request, calls {@code /api/chat} and translates the answer as it
 * comes. What leaves the scope of the call without an end closes its connection, and so stops the model server's work.
 */
public final class ChatEndpoint implements Endpoint {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int ERROR_BYTES_MAX = 1 << 20;

    private final UpstreamClient upstream;
    private final RunningCalls running;
    private final SlowClients slowClients;
    private final Clock clock;

    public ChatEndpoint(UpstreamClient upstream, RunningCalls running, SlowClients slowClients, Clock clock) {
        this.upstream = upstream;
        this.running = running;
        this.slowClients = slowClients;
        this.clock = clock;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, AccessLine line) {
        try (SlowClients.Guard guard = slowClients.guard()) {
            ChatCall call = ChatCall.read(RequestBody.read(request, guard));
            line.model(call.model(), call.stream());
            answer(call, response, line, guard);
        }
    }

    private void answer(ChatCall call, ServerResponse response, AccessLine line, SlowClients.Guard guard) {
        try (UpstreamCall answer = upstream.call();
                var _ = running.enter(() -> end(answer, line, AccessLine.End.SHUTDOWN));
                var _ = WatchedConnections.watch(() -> end(answer, line, AccessLine.End.CLIENT))) {
            int status = answer.send(
                    "POST",
                    "/api/chat",
                    Map.of("Content-Type", "application/json", RequestIds.HEADER, line.id()),
                    call.ollamaBody());
            line.upstreamHead();
            if (status != 200) {
                throw refused(status, answer);
            }
            if (call.stream()) {
                new StreamedAnswer(call, answer, response, line, guard).relay(completionId(), seconds());
            } else {
                whole(call, answer, response, line, guard);
            }
        } catch (UpstreamException e) {
            throw line.ended().filter(AccessLine.End.SHUTDOWN::equals).isPresent() ? stopped() : e;
        }
    }

    private void whole(
            ChatCall call, UpstreamCall answer, ServerResponse response, AccessLine line, SlowClients.Guard guard) {
        var collector = new ChatCollector(call, completionId(), seconds());
        readLines(answer, chunk -> {
            line.firstToken();
            collector.add(chunk);
            line.usage(chunk.usage());
            return collector.finished();
        });
        byte[] completion = collector.completion();
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header("Server-Timing", line.serverTiming());
        send(response, completion, guard);
    }

    /** Reads to the answer's last line. */
    static void readLines(UpstreamCall answer, ChunkSink sink) {
        readLines(answer, sink, () -> {});
    }

    /**
     * Reads to the answer's last line.
     *
     * @param afterEachRead runs when the lines of one read are through: then it is time to flush
     */
    static void readLines(UpstreamCall answer, ChunkSink sink, Runnable afterEachRead) {
        var splitter = new LineSplitter(LineSplitter.OLLAMA_LINE_BYTES_MAX);
        boolean[] finished = new boolean[1];
        LineSplitter.Sink lines = (bytes, offset, length) -> {
            if (!finished[0]) {
                OllamaChunk.read(bytes, offset, length).ifPresent(chunk -> finished[0] = sink.take(chunk));
            }
        };
        byte[] piece = new byte[PIECE_BYTES];
        while (!finished[0]) {
            int count = answer.read(piece);
            if (count < 0) {
                splitter.end(lines);
            } else {
                splitter.feed(piece, 0, count, lines);
            }
            afterEachRead.run();
            if (count < 0 && !finished[0]) {
                throw new DialectException(new dev.llamero.dialects.DialectError.Garbled(
                        "the model server ended its answer before it was complete"));
            }
        }
        answer.finish();
    }

    private static void end(UpstreamCall answer, AccessLine line, AccessLine.End who) {
        line.endedBy(who);
        answer.cancel();
    }

    static Refusal stopped() {
        return new Refusal(503, "shutting_down", "the proxy was stopped before the answer was complete");
    }

    private static RuntimeException refused(int status, UpstreamCall answer) {
        if (status < 400) {
            return new DialectException(new dev.llamero.dialects.DialectError.Garbled(
                    "the model server answered with status " + status + ", which is none of Ollama's"));
        }
        return new DialectException(UpstreamErrors.read(status, answer.readAll(ERROR_BYTES_MAX)));
    }

    private static void send(ServerResponse response, byte[] body, SlowClients.Guard guard) {
        try {
            guard.io(() -> response.send(body));
        } catch (io.helidon.webserver.CloseConnectionException | java.io.UncheckedIOException e) {
            throw new ClientGoneException(e);
        }
    }

    private static String completionId() {
        return "chatcmpl-" + RequestIds.random();
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }

    /** Takes one line of the answer and says whether it was the last. */
    interface ChunkSink {
        boolean take(OllamaChunk chunk);
    }
}
