package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * One streamed answer on its way. {@link #run} blocks a virtual thread until the answer ends; {@link #cancel} ends it
 * from any other thread.
 */
public final class CompletionCall {
    /** Far beyond any context; guards the memory against a server that never stops. */
    public static final int ANSWER_CHARS_MAX = 4 << 20;

    /** How the proxy's comment about its and the server's time begins. */
    private static final String TIMINGS = "llamero-timings ";

    private static final double NANOS_PER_MILLI = 1e6;

    private final ModelClient client;
    private final String requestId;
    private final StreamedCall call;
    private long chars;
    private boolean ended;
    private boolean finished;
    private long startNanos;
    private double firstMillis = -1;
    private JsonNode hops = JsonNodeFactory.instance.objectNode();

    CompletionCall(ModelClient client, String requestId, StreamedCall call) {
        this.client = client;
        this.requestId = requestId;
        this.call = call;
    }

    /**
     * Sends the question and hands every delta on, on the calling thread. Returns quietly when it was cancelled.
     *
     * @throws UpstreamException if there is no answer, or it breaks off
     */
    public void run(Consumer<Delta> sink) {
        startNanos = System.nanoTime();
        try {
            call.run(in -> copy(in, sink));
        } finally {
            client.traces().add(requestId, new CallTrace(startNanos, 0, firstMillis, elapsedMillis(), hops));
        }
    }

    private double elapsedMillis() {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }

    /** Ends the work at the server behind. Does nothing after the end. */
    public void cancel() {
        call.cancel();
    }

    private void copy(InputStream in, Consumer<Delta> sink) throws IOException {
        var reader =
                new SseReader(data -> ended |= CompletionChunks.read(data, delta -> count(delta, sink)), this::comment);
        byte[] buffer = new byte[8192];
        int n;
        while (!ended && (n = in.read(buffer)) >= 0) {
            reader.feed(buffer, 0, n);
        }
        // Some servers leave [DONE] out; the finish reason tells as well that the answer is whole.
        if (!ended && !finished) {
            throw UpstreamException.broken(client.endpoint() + " ended it without saying that it was complete", null);
        }
    }

    private void comment(String comment) {
        if (comment.startsWith(TIMINGS)) {
            hops = CompletionChunks.object(comment.substring(TIMINGS.length()));
        }
    }

    private void count(Delta delta, Consumer<Delta> sink) {
        if (firstMillis < 0) {
            firstMillis = elapsedMillis();
        }
        switch (delta) {
            case Delta.Content content -> chars += content.text().length();
            case Delta.Reasoning reasoning -> chars += reasoning.text().length();
            case Delta.ToolCall tool ->
                chars += tool.name().length() + tool.arguments().length();
            case Delta.Finish finish -> finished = true;
            case Delta.Usage usage -> {
                // Counts nothing.
            }
        }
        if (chars > ANSWER_CHARS_MAX) {
            throw new UpstreamException(
                    UpstreamException.Code.ANSWER_TOO_LONG,
                    "The answer passed " + ANSWER_CHARS_MAX + " characters and was ended.",
                    "What came so far is kept. Ask for a shorter answer.",
                    null);
        }
        sink.accept(delta);
    }
}
