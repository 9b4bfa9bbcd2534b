package dev.llamero.proxy.upstream;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls one model server and keeps its idle connections. Any number of threads; owned by the server, closed once.
 */
public final class UpstreamClient implements AutoCloseable {
    /** More idle connections than this are closed: calls at once beyond it are rare on one host. */
    private static final int IDLE_MAX = 64;

    /** Shorter than any server's own idle limit, so that a kept connection is rarely dead. */
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private final UpstreamAddress address;
    private final String label;
    private final String fixedHeaders;
    private final ConcurrentLinkedDeque<UpstreamConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger idleCount = new AtomicInteger();
    private volatile boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param label how errors call the server, "the model server at http://..."
     * @param apiKey sent with each call as Authorization: Bearer; never printed
     */
    public UpstreamClient(UpstreamAddress address, String label, Optional<String> apiKey) {
        this.address = address;
        this.label = label;
        this.fixedHeaders = "Host: " + address.authority() + "\r\n"
                + apiKey.map(key -> "Authorization: Bearer " + key + "\r\n").orElse("");
    }

    /** A call; nothing is sent yet. */
    public UpstreamCall call(UpstreamDeadlines deadlines) {
        return new UpstreamCall(this, deadlines);
    }

    /** How sentences call the server. */
    public String label() {
        return label;
    }

    /** Header lines that every call has. */
    String fixedHeaders() {
        return fixedHeaders;
    }

    UpstreamAddress address() {
        return address;
    }

    /** The connection used last, if one is kept that is not too old and was silent since; null if none. */
    UpstreamConnection takeIdle() {
        for (UpstreamConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            idleCount.decrementAndGet();
            if (System.nanoTime() - kept.idleSinceNanos() < IDLE_NANOS_MAX && !kept.hasUnaskedBytes()) {
                return kept;
            }
            kept.close();
        }
        return null;
    }

    void giveBack(UpstreamConnection connection) {
        if (closed || idleCount.incrementAndGet() > IDLE_MAX) {
            idleCount.decrementAndGet();
            connection.close();
            return;
        }
        connection.markIdle();
        idle.addFirst(connection);
        if (closed) {
            close();
        }
    }

    /** Closes the idle connections; those in use are closed when their calls end. */
    @Override
    public void close() {
        closed = true;
        for (UpstreamConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            kept.close();
        }
    }
}
