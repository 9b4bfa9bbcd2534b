package dev.llamero.proxy.upstream;

import dev.llamero.proxy.upstream.UpstreamException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * One request to the model server and its answer, read as it comes. Belongs to the thread that sends it; only
 * {@link #cancel} may come from another. Closing it before the answer's end closes the connection, by which the model
 * server learns that nobody listens.
 */
public final class UpstreamCall implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UpstreamCall.class.getName());
    private static final Duration FINISH_PATIENCE = Duration.ofMillis(100);
    private static final int FINISH_READS_MAX = 8;

    private final UpstreamClient client;
    private final UpstreamDeadlines deadlines;
    private volatile UpstreamConnection connection;
    private volatile boolean cancelled;
    private AnswerHead head;
    private AnswerBody body;
    private long firstByteNanos;
    private boolean started;

    UpstreamCall(UpstreamClient client, UpstreamDeadlines deadlines) {
        this.client = client;
        this.deadlines = deadlines;
    }

    /**
     * Sends the request and waits for the head of the answer. Tries once more on a new connection if a kept one turns
     * out to be dead before it gave a byte.
     *
     * @param headers besides Host, Content-Length and Connection; values without line breaks
     * @return the status
     * @throws UpstreamException of any kind
     */
    public int send(String method, String path, Map<String, String> headers, byte[] content) {
        byte[] requestHead = requestHead(method, path, headers, content.length);
        UpstreamConnection kept = client.takeIdle();
        if (kept != null && sendOn(kept, requestHead, content)) {
            return head.status();
        }
        UpstreamConnection fresh = new UpstreamConnection();
        attach(fresh);
        try {
            fresh.connect(client.address(), deadlines.connect());
        } catch (IOException | RuntimeException e) {
            fresh.close();
            throw unreachable(e);
        }
        sendOn(fresh, requestHead, content);
        return head.status();
    }

    /** A header of the answer; empty if it is not there. */
    public String header(String name) {
        return head.header(name);
    }

    /** At least one byte of the answer's body, or -1 at its end. */
    public int read(byte[] target) {
        try {
            if (!started) {
                // Servers differ in whether the head comes before or after prefill: the first byte's deadline is for
                // both.
                connection.readTimeout(Duration.ofNanos(Math.max(1, firstByteNanos - System.nanoTime())));
            }
            int count = body.read(target);
            if (!started) {
                started = true;
                connection.readTimeout(deadlines.silence());
            }
            return count;
        } catch (IOException e) {
            throw failure(e, started ? deadlines.silence() : deadlines.firstByte());
        }
    }

    /** Whether the next {@link #read} gives something without waiting for the server. */
    public boolean hasMoreAtHand() {
        return body.hasMoreAtHand();
    }

    /** The rest of the body. */
    public byte[] readAll(int bytesMax) {
        var all = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int count = read(piece); count >= 0; count = read(piece)) {
            if (all.size() + count > bytesMax) {
                throw new UpstreamException(
                        Kind.GARBLED, client.label() + " sent an answer of more than " + bytesMax + " bytes");
            }
            all.write(piece, 0, count);
        }
        return all.toByteArray();
    }

    /** As {@link #finish}, if that needs no wait for the server; else nothing happens. */
    public void finishIfEndIsAtHand() {
        if (connection != null && body.endIsAtHand()) {
            finish();
        }
    }

    /**
     * The caller has all it wants: reads the little that may follow, so that the connection can carry another call. A
     * server that does not end its answer at once loses the connection instead.
     */
    public void finish() {
        if (connection == null) {
            return;
        }
        byte[] rest = new byte[256];
        try {
            connection.readTimeout(FINISH_PATIENCE);
            for (int reads = 0; reads < FINISH_READS_MAX && body.read(rest) >= 0; reads++) {
                LOG.log(System.Logger.Level.TRACE, "the model server went on after its last line");
            }
        } catch (IOException | UpstreamException e) {
            LOG.log(System.Logger.Level.DEBUG, "the model server did not end its answer cleanly", e);
        }
        close();
    }

    /** Ends the call from any thread, at any time: what waits on it fails with {@link Kind#CANCELLED}. */
    public void cancel() {
        cancelled = true;
        UpstreamConnection current = connection;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void close() {
        UpstreamConnection used = connection;
        if (used == null) {
            return;
        }
        connection = null;
        boolean clean = body != null && body.leavesConnectionClean() && head.keepsConnection();
        if (clean && !cancelled && !used.hasBufferedBytes()) {
            client.giveBack(used);
        } else {
            used.close();
        }
    }

    /** @return false if a kept connection was dead, so that a new one may be tried */
    private boolean sendOn(UpstreamConnection target, byte[] requestHead, byte[] content) {
        attach(target);
        boolean[] answering = new boolean[1];
        firstByteNanos = System.nanoTime() + deadlines.firstByte().toNanos();
        try (var _ = WriteDeadlines.watch(target, requestHead.length + content.length, deadlines.firstByte())) {
            write(target, requestHead, content);
            head = AnswerHead.read(() -> {
                long left = firstByteNanos - System.nanoTime();
                if (left <= 0) {
                    throw new SocketTimeoutException("no answer");
                }
                if (!target.hasBufferedBytes()) {
                    target.readTimeout(Duration.ofNanos(left));
                }
                int next = target.read();
                answering[0] |= next >= 0;
                return next;
            });
            body = new AnswerBody(target, head);
            return true;
        } catch (IOException e) {
            target.close();
            boolean dead = target.isReused() && !answering[0] && !(e instanceof SocketTimeoutException) && !isOverdue();
            if (dead && !cancelled) {
                return false;
            }
            throw failure(e, deadlines.firstByte());
        }
    }

    /** A server may answer, and hang up, before it has read the whole request: that answer counts. */
    private void write(UpstreamConnection target, byte[] requestHead, byte[] content) throws IOException {
        try {
            target.write(requestHead, content);
        } catch (IOException e) {
            if (cancelled || target.isReused() || target.isClosed()) {
                throw e;
            }
            LOG.log(System.Logger.Level.DEBUG, "the model server does not read on; it may have answered already", e);
        }
    }

    private void attach(UpstreamConnection target) {
        connection = target;
        // A cancel that came before it could see the connection is caught here.
        if (cancelled) {
            target.close();
            throw new UpstreamException(Kind.CANCELLED, "cancelled");
        }
    }

    private byte[] requestHead(String method, String path, Map<String, String> headers, int contentLength) {
        var head = new StringBuilder(256)
                .append(method)
                .append(' ')
                .append(client.address().basePath())
                .append(path)
                .append(" HTTP/1.1\r\n")
                .append(client.fixedHeaders());
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (contentLength > 0) {
            head.append("Content-Length: ").append(contentLength).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private UpstreamException unreachable(Exception e) {
        if (cancelled) {
            return new UpstreamException(Kind.CANCELLED, "cancelled", e);
        }
        String reason = e instanceof java.net.UnknownHostException || e.getMessage() == null
                ? "unknown host"
                : e.getMessage().toLowerCase(java.util.Locale.ROOT);
        return new UpstreamException(
                Kind.UNREACHABLE,
                client.label() + " is not reachable (" + reason
                        + "); start it, or give its right address in the settings",
                e);
    }

    private UpstreamException failure(IOException e, Duration waited) {
        if (cancelled) {
            return new UpstreamException(Kind.CANCELLED, "cancelled", e);
        }
        if (e instanceof SocketTimeoutException || isOverdue()) {
            return new UpstreamException(
                    Kind.TIMEOUT,
                    client.label() + " sent nothing for " + seconds(waited)
                            + "; it may be overloaded or still reading a long prompt",
                    e);
        }
        if (e instanceof AnswerHead.NotHttpException) {
            return new UpstreamException(Kind.GARBLED, client.label() + " sent " + e.getMessage(), e);
        }
        return new UpstreamException(
                Kind.CUT, client.label() + " closed the connection before its answer was complete", e);
    }

    /** Whether the deadline for the first byte passed while the request was still being written. */
    private boolean isOverdue() {
        return head == null && System.nanoTime() - firstByteNanos >= 0;
    }

    private static String seconds(Duration waited) {
        return waited.toMillis() % 1000 == 0 ? waited.toSeconds() + " s" : waited.toMillis() + " ms";
    }
}
