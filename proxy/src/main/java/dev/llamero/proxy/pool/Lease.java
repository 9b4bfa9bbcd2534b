package dev.llamero.proxy.pool;

import java.util.concurrent.TimeUnit;

/**
 * A place at one server for one call. Belongs to the call's thread, which says what became of the call and closes the
 * lease; then the place is free.
 */
public final class Lease implements AutoCloseable {
    private final Route.Target target;
    private final boolean probe;
    private final boolean alternatives;
    private final WaitingLine line;
    private final long queuedNanos;
    private boolean told;
    private boolean closed;

    Lease(Route.Target target, boolean probe, boolean alternatives, WaitingLine line, long queuedNanos) {
        this.target = target;
        this.probe = probe;
        this.alternatives = alternatives;
        this.line = line;
        this.queuedNanos = queuedNanos;
    }

    /** The server. */
    public Upstream upstream() {
        return target.upstream();
    }

    /** The server's own name for the model. */
    public String model() {
        return target.model();
    }

    /** Whether the model has other servers. */
    public boolean hasAlternatives() {
        return alternatives;
    }

    /** How long the call waited for the place. */
    public long queuedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(queuedNanos);
    }

    /** The first piece of an answer came. */
    public void answering() {
        target.upstream().breaker().answering();
    }

    /** The server did what it should, if only by a proper refusal. */
    public void succeeded() {
        told = true;
        target.upstream().breaker().succeeded();
    }

    /** The server is at fault. */
    public void failed() {
        if (!told) {
            told = true;
            target.upstream().failed();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (probe && !told) {
            target.upstream().breaker().probeLost();
        }
        target.upstream().leave();
        line.placeIsFree();
    }
}
