package dev.llamero.gateway.upstream;

import io.helidon.webclient.api.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * One request whose response is read as it comes. {@link #run} blocks a virtual thread until the end; {@link #cancel}
 * ends it from any other thread, before the first byte by interrupt, after it by closing the response.
 */
final class StreamedCall {
    private final ModelClient client;
    private final Supplier<HttpClientResponse> submit;
    private final Duration silence;
    private final Object lock = new Object();
    private Thread runner;
    private HttpClientResponse response;
    private boolean cancelled;

    StreamedCall(ModelClient client, Supplier<HttpClientResponse> submit, Duration silence) {
        this.client = client;
        this.submit = submit;
        this.silence = silence;
    }

    /**
     * Sends the request and lets the body be read, on the calling thread. Returns quietly when it was cancelled.
     *
     * @throws UpstreamException if there is no response, or it breaks off
     */
    void run(Body body) {
        synchronized (lock) {
            if (cancelled) {
                return;
            }
            runner = Thread.currentThread();
        }
        try {
            HttpClientResponse answer = open();
            if (answer != null) {
                read(answer, body);
            }
        } catch (UpstreamException e) {
            if (!isCancelled()) {
                throw e;
            }
        } finally {
            close();
        }
    }

    /** Ends the work at the server behind. Does nothing after the end. */
    void cancel() {
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

    boolean isCancelled() {
        synchronized (lock) {
            return cancelled;
        }
    }

    private HttpClientResponse open() {
        HttpClientResponse answer;
        try {
            answer = submit.get();
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

    private void read(HttpClientResponse answer, Body body) {
        try {
            body.read(answer.inputStream());
        } catch (UpstreamException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (causedBySilence(e)) {
                throw Refusals.silent(client.endpoint(), e, silence);
            }
            throw UpstreamException.broken("the connection to " + client.endpoint() + " was lost", e);
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

    /** What is done with the bytes. */
    interface Body {
        void read(InputStream in) throws IOException;
    }
}
