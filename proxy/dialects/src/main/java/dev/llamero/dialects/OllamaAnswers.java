package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Lines of {@code /api/chat} and {@code /api/generate}, one JSON object each (specification 5.2, 6.3). */
final class OllamaAnswers implements AnswerReader {
    private static final double NANOS_PER_MILLI = 1e6;

    private final LineSplitter lines = new LineSplitter(LineSplitter.OLLAMA_LINE_BYTES_MAX);
    private boolean finished;
    private int callsSeen;
    private Optional<ServerTimings> timings = Optional.empty();

    @Override
    public void feed(byte[] bytes, int offset, int length, Consumer<AnswerChunk> sink) {
        if (!finished) {
            lines.feed(bytes, offset, length, (line, from, count) -> line(line, from, count, sink));
        }
    }

    @Override
    public void end(Consumer<AnswerChunk> sink) {
        if (!finished) {
            lines.end((line, from, count) -> line(line, from, count, sink));
        }
        if (!finished) {
            throw DialectException.garbled("the model server ended its answer before it was complete");
        }
    }

    @Override
    public boolean finished() {
        return finished;
    }

    private void line(byte[] bytes, int offset, int length, Consumer<AnswerChunk> sink) {
        if (finished) {
            return;
        }
        JsonNode line = parse(bytes, offset, length);
        if (!line.isMissingNode()) {
            AnswerChunk chunk = chunk(line);
            finished = chunk.done();
            if (finished && line.path("total_duration").isIntegralNumber()) {
                timings = Optional.of(timings(line));
            }
            sink.accept(chunk);
        }
    }

    @Override
    public Optional<ServerTimings> timings() {
        return timings;
    }

    private static ServerTimings timings(JsonNode line) {
        long reused = line.path("prompt_cached_count").asLong();
        return new ServerTimings(
                millis(line, "queue_duration"),
                millis(line, "load_duration"),
                millis(line, "prompt_eval_duration"),
                millis(line, "eval_duration"),
                millis(line, "total_duration"),
                Math.max(0, line.path("prompt_eval_count").asLong() - reused),
                reused);
    }

    private static double millis(JsonNode line, String name) {
        return line.path(name).asLong() / NANOS_PER_MILLI;
    }

    /** One object of an answer. */
    AnswerChunk chunk(JsonNode line) {
        if (line.hasNonNull("error")) {
            throw new DialectException(new DialectError.Refused(500, UpstreamErrors.text(line.get("error"))));
        }
        JsonNode message = line.path("message");
        boolean done = line.path("done").asBoolean();
        if (!message.isObject() && !line.has("response") && !done) {
            throw DialectException.garbled("the model server sent a line that is no part of an answer");
        }
        return new AnswerChunk(
                message.isObject()
                        ? message.path("content").asText("")
                        : line.path("response").asText(""),
                message.isObject()
                        ? message.path("thinking").asText("")
                        : line.path("thinking").asText(""),
                calls(message.path("tool_calls")),
                list(line.path("logprobs")),
                done ? Optional.of(end(line)) : Optional.empty());
    }

    private List<AnswerChunk.ToolPart> calls(JsonNode calls) {
        if (!calls.isArray() || calls.isEmpty()) {
            return List.of();
        }
        var parts = new ArrayList<AnswerChunk.ToolPart>(calls.size());
        for (JsonNode call : calls) {
            JsonNode function = call.path("function");
            JsonNode arguments = function.path("arguments");
            String name = function.path("name").asText("");
            if (name.isEmpty()) {
                throw DialectException.garbled("the model server sent a tool call without a name");
            }
            parts.add(new AnswerChunk.ToolPart(
                    callsSeen++,
                    call.path("id").asText(""),
                    name,
                    arguments.isObject() ? arguments.toString() : arguments.asText("{}")));
        }
        return parts;
    }

    private static AnswerChunk.End end(JsonNode line) {
        JsonNode cached = line.path("prompt_cached_count");
        var usage = new AnswerChunk.Usage(
                line.path("prompt_eval_count").asLong(),
                line.path("eval_count").asLong(),
                cached.isIntegralNumber() ? Optional.of(cached.longValue()) : Optional.empty(),
                Optional.empty());
        return new AnswerChunk.End(line.path("done_reason").asText(""), Optional.empty(), usage);
    }

    private static JsonNode parse(byte[] bytes, int offset, int length) {
        try {
            JsonNode line = Json.read(bytes, offset, length);
            if (line.isMissingNode() || line.isObject()) {
                return line;
            }
        } catch (Json.InvalidJson e) {
            throw DialectException.garbled("the model server sent a line that is not JSON");
        }
        throw DialectException.garbled("the model server sent a line that is no JSON object");
    }

    static List<JsonNode> list(JsonNode node) {
        if (!node.isArray() || node.isEmpty()) {
            return List.of();
        }
        var items = new ArrayList<JsonNode>(node.size());
        node.forEach(items::add);
        return items;
    }
}
