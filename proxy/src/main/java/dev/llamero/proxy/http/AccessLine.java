package dev.llamero.proxy.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.llamero.dialects.AnswerChunk;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;

/** What the log says about one request, in one line of JSON: never the prompt, never the answer. */
final class AccessLine {
    private static final JsonFactory JSON = new JsonFactory();

    private AccessLine() {}

    /** The line, with the total time up to now. */
    static String of(CallFacts facts) {
        var text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", facts.id());
            json.writeStringField("trace", facts.trace().traceId());
            if (facts.caller().isPresent()) {
                json.writeStringField("key", facts.caller().get().key().id());
            }
            json.writeStringField("method", facts.method());
            json.writeStringField("path", facts.path());
            if (facts.model().isPresent()) {
                json.writeStringField("model", facts.model().get());
                json.writeBooleanField("stream", facts.stream());
            }
            way(json, facts);
            json.writeNumberField("status", facts.status());
            millis(json, "upstreamHeadMs", facts.headMillis());
            millis(json, "firstTokenMs", facts.firstTokenMillis());
            millis(json, "totalMs", Optional.of(facts.totalMillis()));
            millis(json, "overheadMs", Optional.of(facts.overheadMillis()));
            if (facts.usage().isPresent()) {
                usage(json, facts.usage().get());
            }
            if (facts.error().isPresent()) {
                json.writeStringField("error", facts.error().get());
            }
            json.writeStringField("endedBy", facts.endWord());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void way(JsonGenerator json, CallFacts facts) throws IOException {
        if (facts.upstream().isEmpty()) {
            return;
        }
        json.writeStringField("upstream", facts.upstream().get());
        if (facts.queuedMillis() > 0) {
            json.writeNumberField("queuedMs", facts.queuedMillis());
        }
        if (facts.retries() > 0) {
            json.writeNumberField("retries", facts.retries());
        }
    }

    private static void usage(JsonGenerator json, AnswerChunk.Usage usage) throws IOException {
        json.writeNumberField("promptTokens", usage.promptTokens());
        if (usage.cachedTokens().isPresent()) {
            json.writeNumberField("cachedTokens", usage.cachedTokens().get());
        }
        json.writeNumberField("completionTokens", usage.completionTokens());
    }

    private static void millis(JsonGenerator json, String name, Optional<Double> millis) throws IOException {
        if (millis.isPresent()) {
            json.writeNumberField(name, Math.round(millis.get() * 10) / 10.0);
        }
    }
}
