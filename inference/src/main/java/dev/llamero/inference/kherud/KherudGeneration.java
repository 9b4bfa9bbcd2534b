package dev.llamero.inference.kherud;

import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.TokenEvent;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** A running answer of the second engine: a worker thread puts events, the caller's thread takes them. */
final class KherudGeneration implements Generation {
    /** The worker waits for a reader that is this far behind: only its own answer stalls. */
    private static final int EVENTS_MAX = 1_024;

    private static final long PUT_WAIT_MILLIS = 200;

    private final GenerationRequest request;
    private final BlockingQueue<TokenEvent> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    private final long submittedNanos = System.nanoTime();
    private volatile boolean cancelled;
    private boolean ended;

    KherudGeneration(GenerationRequest request) {
        this.request = request;
    }

    GenerationRequest request() {
        return request;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Called by the worker; gives up when nobody reads any more. */
    void put(TokenEvent event) throws InterruptedException {
        while (!events.offer(event, PUT_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
            if (cancelled) {
                return;
            }
        }
    }

    @Override
    public TokenEvent next() throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("the generation has ended");
        }
        TokenEvent event = events.take();
        ended = !(event instanceof TokenEvent.Piece);
        return event;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        cancel();
    }
}
