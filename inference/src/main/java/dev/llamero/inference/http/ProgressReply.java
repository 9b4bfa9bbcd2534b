package dev.llamero.inference.http;

import dev.llamero.inference.api.JsonText;
import dev.llamero.models.store.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reply of a call that changes the store and takes time: its steps as they come, or the last one alone
 * (specification 7.2). One per request, used by its thread; a client that has left ends the work.
 */
final class ProgressReply implements Progress {
    private static final System.Logger LOG = System.getLogger(ProgressReply.class.getName());
    private static final String STREAM = "application/x-ndjson";
    private static final String JSON = "application/json";

    private final Exchange exchange;
    private final boolean streams;
    private StreamWriter stream;
    private Line last = new Line("", "", 0, 0);

    /** Work that reports its steps. */
    @FunctionalInterface
    interface Work {
        void run(Progress progress) throws IOException, InterruptedException;
    }

    private ProgressReply(Exchange exchange, boolean streams) {
        this.exchange = exchange;
        this.streams = streams;
    }

    /** Does the work and answers. A failure becomes a status if nothing is out yet, and a line afterwards. */
    static void run(Exchange exchange, boolean streams, Work work) throws InterruptedException {
        var reply = new ProgressReply(exchange, streams);
        try {
            work.run(reply);
            reply.finish();
        } catch (IOException e) {
            if (exchange.watch().isGone()) {
                // Most likely it failed because the client left, who needs no answer and is no fault.
                LOG.log(System.Logger.Level.DEBUG, "the client left: " + e);
                throw new UncheckedIOException(e);
            }
            reply.fail(e);
        } catch (RuntimeException e) {
            if (exchange.watch().isGone()) {
                throw e;
            }
            reply.fail(e);
        }
    }

    @Override
    public void report(Line line) {
        if (exchange.watch().isGone()) {
            throw new UncheckedIOException(new IOException("the client left"));
        }
        last = line;
        if (streams) {
            write(object(line));
        }
    }

    private void write(Map<String, Object> object) {
        if (stream == null) {
            stream = exchange.stream(STREAM);
        }
        stream.write(Texts.utf8(JsonText.of(object) + "\n"));
    }

    private static Map<String, Object> object(Line line) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("status", line.status());
        if (!line.digest().isEmpty()) {
            object.put("digest", line.digest());
        }
        if (line.total() != 0) {
            object.put("total", line.total());
        }
        if (line.completed() != 0) {
            object.put("completed", line.completed());
        }
        return object;
    }

    private void finish() {
        if (stream == null) {
            exchange.send(200, JSON, Texts.utf8(JsonText.of(object(last))));
        } else {
            stream.close();
        }
    }

    private void fail(Exception failure) {
        ErrorReplies.Reply reply = ErrorReplies.of(failure);
        if (stream == null) {
            exchange.send(reply.status(), JSON, Texts.utf8(JsonText.of(reply.body())));
        } else {
            write(reply.body());
            stream.close();
        }
    }
}
