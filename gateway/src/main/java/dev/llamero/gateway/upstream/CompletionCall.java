package dev.llamero.gateway.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.webclient.api.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One streamed answer on its way. {@link #run} blocks a virtual thread until the answer ends; {@link #cancel} ends it
 * from any other thread, before the first byte by interrupt, after it by closing the response.
 */
public final class CompletionCall {
    /** Far beyond any context; guards the memory against a server that never stops. */
    static final int ANSWER_CHARS_MAX = 4 << 20;

    /** How the proxy's comment about its and the server's time begins. */
    private static final String TIMINGS = "llamero-timings ";

    private static final double NANOS_PER_MILLI = 1e6;

    private final ModelClient client;
    private final String requestId;
    private final Supplier<HttpClientResponse> submit;
    private final Duration silence;
    private final Object lock = new Object();
    private Thread runner;
    private HttpClientResponse response;
    private boolean cancelled;
    private long chars;
    private boolean ended;
    private boolean finished;
    private long startNanos;
    private double firstMillis = -1;
    private JsonNode hops = JsonNodeFactory.instance.objectNode();

    CompletionCall(ModelClient client, String requestId, Supplier<HttpClientResponse> submit, Duration silence) {
        this.client = client;
        this.requestId = requestId;
        this.submit = submit;
        this.silence = silence;
    }

    /**
     * Sends the question and hands every delta on, on the calling thread. Returns quietly when it was cancelled.
     *
     * @throws UpstreamException if there is no answer, or it breaks off
     */
    public void run(Consumer<Delta> sink) {
        synchronized (lock) {
            if (cancelled) {
                return;
            }
            runner = Thread.currentThread();
        }
        startNanos = System.nanoTime();
        try {
            HttpClientResponse answer = open();
            if (answer != null) {
                copy(answer, sink);
            }
        } catch (UpstreamException e) {
            if (!isCancelled()) {
                throw e;
            }
        } finally {
            close();
            client.traces().add(requestId, new CallTrace(firstMillis, elapsedMillis(), hops));
        }
    }

    private double elapsedMillis() {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }

    /** Ends the work at the server behind. Does nothing after the end. */
    public void cancel() {
        HttpClientResponse open;
        synchronized (lock) {
            cancelled = true;
            open = response;
            if (open == null && runner != null) {
                // The client offers no other way before the response is there: an interrupt closes the socket.
                runner.interrupt();
            }
        }
        if (open != null) {
            open.close();
        }
    }

    private boolean isCancelled() {
        synchronized (lock) {
            return cancelled;
        }
    }

    private HttpClientResponse open() {
        HttpClientResponse answer;
        try {
            answer = submit.get();
        } catch (UncheckedIOException e) {
            throw Refusals.unreachable(client.endpoint(), e, silence);
        } catch (RuntimeException e) {
            // An early end of the connection is a plain RuntimeException of Helidon's reader.
            throw Refusals.unreachable(client.endpoint(), e, silence);
        }
        synchronized (lock) {
            response = answer;
            if (cancelled) {
                return null;
            }
        }
        if (answer.status().code() != 200) {
            throw Refusals.refused(client.endpoint(), answer.status().code(), ModelClient.readBounded(answer));
        }
        return answer;
    }

    private void copy(HttpClientResponse answer, Consumer<Delta> sink) {
        var reader =
                new SseReader(data -> ended |= CompletionChunks.read(data, delta -> count(delta, sink)), this::comment);
        byte[] buffer = new byte[8192];
        try {
            InputStream in = answer.inputStream();
            int n;
            while (!ended && (n = in.read(buffer)) >= 0) {
                reader.feed(buffer, 0, n);
            }
        } catch (UpstreamException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (causedBySilence(e)) {
                throw Refusals.silent(client.endpoint(), e, silence);
            }
            throw UpstreamException.broken("the connection to " + client.endpoint() + " was lost", e);
        }
        // Some servers leave [DONE] out; the finish reason tells as well that the answer is whole.
        if (!ended && !finished) {
            throw UpstreamException.broken(client.endpoint() + " ended it without saying that it was complete", null);
        }
    }

    private static boolean causedBySilence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
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

    private void close() {
        HttpClientResponse open;
        synchronized (lock) {
            open = response;
            runner = null;
            // An interrupt that came too late must not hit what this thread does next.
            Thread.interrupted();
        }
        if (open != null) {
            open.close();
        }
    }
}
