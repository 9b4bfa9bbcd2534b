package dev.llamero.proxy.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.llamero.dialects.OllamaChunk;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the log says about one request, in one line of JSON: never the prompt, never the answer. Belongs to the
 * request's thread; {@link #endedBy} may also come from the thread that saw the client leave.
 */
final class AccessLine {
    private static final JsonFactory JSON = new JsonFactory();
    /** As nginx calls it; only ever seen in the log. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private static final double NANOS_PER_MILLI = 1e6;

    private final long startNanos = System.nanoTime();
    private final AtomicReference<End> end = new AtomicReference<>();
    private final String id;
    private final String method;
    private final String path;
    private String model;
    private boolean stream;
    private int status;
    private long headNanos;
    private long firstTokenNanos;
    private Optional<OllamaChunk.Usage> usage = Optional.empty();
    private String error;

    AccessLine(String id, String method, String path) {
        this.id = id;
        this.method = method;
        this.path = path;
    }

    /** Who ended a request. */
    enum End {
        /** It was answered whole. */
        DONE,
        /** The caller left. */
        CLIENT,
        /** The model server refused, broke off or was not there. */
        UPSTREAM,
        /** The proxy refused it. */
        PROXY,
        /** A deadline passed. */
        DEADLINE,
        /** The proxy was stopped. */
        SHUTDOWN
    }

    String id() {
        return id;
    }

    void model(String name, boolean streamed) {
        model = name;
        stream = streamed;
    }

    void status(int code) {
        status = code;
    }

    /** The model server began to answer. */
    void upstreamHead() {
        headNanos = System.nanoTime();
    }

    /** The first piece of the answer came; later calls change nothing. */
    void firstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
        }
    }

    void usage(Optional<OllamaChunk.Usage> cost) {
        usage = cost;
    }

    /** The first who ends a request has ended it. */
    void endedBy(End who) {
        end.compareAndSet(null, who);
    }

    /** The client left before the end reached it, whatever was thought before. */
    void left() {
        status = CLIENT_CLOSED_REQUEST;
        end.set(End.CLIENT);
    }

    Optional<End> ended() {
        return Optional.ofNullable(end.get());
    }

    void error(String code) {
        error = code;
    }

    /** Value of a Server-Timing header: milliseconds to the first piece of the answer, and in all. */
    String serverTiming() {
        return String.format(
                Locale.ROOT,
                "first;dur=%.1f, total;dur=%.1f",
                millis(firstTokenNanos == 0 ? System.nanoTime() : firstTokenNanos),
                millis(System.nanoTime()));
    }

    /** The line, with the total time up to now. */
    String toJson() {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", id);
            json.writeStringField("method", method);
            json.writeStringField("path", path);
            if (model != null) {
                json.writeStringField("model", model);
                json.writeBooleanField("stream", stream);
            }
            json.writeNumberField("status", status);
            millisField(json, "upstreamHeadMs", headNanos);
            millisField(json, "firstTokenMs", firstTokenNanos);
            millisField(json, "totalMs", System.nanoTime());
            if (usage.isPresent()) {
                json.writeNumberField("promptTokens", usage.get().promptTokens());
                if (usage.get().cachedTokens().isPresent()) {
                    json.writeNumberField(
                            "cachedTokens", usage.get().cachedTokens().get());
                }
                json.writeNumberField("completionTokens", usage.get().completionTokens());
            }
            if (error != null) {
                json.writeStringField("error", error);
            }
            json.writeStringField("endedBy", ended().orElse(End.DONE).name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void millisField(JsonGenerator json, String name, long nanos) throws IOException {
        if (nanos != 0) {
            json.writeNumberField(name, Math.round(millis(nanos) * 10) / 10.0);
        }
    }

    private double millis(long nanos) {
        return (nanos - startNanos) / NANOS_PER_MILLI;
    }
}
