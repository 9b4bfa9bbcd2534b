package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llamero.dialects.AnswerChunk.ToolPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Answers of a server that speaks OpenAI's dialect: the events of {@code /v1/chat/completions} and
 * {@code /v1/completions}, and their whole objects. Takes the reasoning of llama-server ({@code reasoning_content}) and
 * of vLLM ({@code reasoning}).
 */
final class OpenAiAnswers implements AnswerReader {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};
    private static final int TOOL_CALLS_MAX = 1_024;

    private final SseReader events = new SseReader();
    private boolean finished;
    private int call = -1;
    private String reason;
    private Optional<String> stopSequence = Optional.empty();
    private AnswerChunk.Usage usage = new AnswerChunk.Usage(0, 0, Optional.empty(), Optional.empty());

    @Override
    public void feed(byte[] bytes, int offset, int length, Consumer<AnswerChunk> sink) {
        if (!finished) {
            events.feed(bytes, offset, length, event -> event(event, sink));
        }
    }

    @Override
    public void end(Consumer<AnswerChunk> sink) {
        if (!finished) {
            events.end(event -> event(event, sink));
        }
        if (!finished && reason != null) {
            finish(sink);
        }
        if (!finished) {
            throw DialectException.garbled("the model server ended its answer before it was complete");
        }
    }

    @Override
    public boolean finished() {
        return finished;
    }

    private void event(byte[] event, Consumer<AnswerChunk> sink) {
        if (finished) {
            return;
        }
        if (java.util.Arrays.equals(event, DONE)) {
            if (reason == null) {
                throw DialectException.garbled("the model server ended its answer before it was complete");
            }
            finish(sink);
            return;
        }
        JsonNode object = parse(event);
        if (object.hasNonNull("error")) {
            throw new DialectException(UpstreamErrors.inStream(object.get("error")));
        }
        JsonNode choice = choice(object);
        AnswerChunk chunk = piece(choice, choice.path("delta"));
        if (!chunk.carriesNothing()) {
            sink.accept(chunk);
        }
    }

    private void finish(Consumer<AnswerChunk> sink) {
        finished = true;
        sink.accept(new AnswerChunk("", "", List.of(), List.of(), end()));
    }

    /** The whole object of an answer that is not streamed. */
    AnswerChunk whole(byte[] body) {
        JsonNode object = parse(body);
        if (object.hasNonNull("error")) {
            throw new DialectException(UpstreamErrors.inStream(object.get("error")));
        }
        JsonNode choice = choice(object);
        AnswerChunk chunk = piece(choice, choice.path("message"));
        if (reason == null) {
            throw DialectException.garbled("the model server's answer has no choice that is finished");
        }
        finished = true;
        return new AnswerChunk(chunk.content(), chunk.thinking(), chunk.toolCalls(), chunk.logprobs(), end());
    }

    private Optional<AnswerChunk.End> end() {
        return Optional.of(new AnswerChunk.End(reason, stopSequence, usage));
    }

    /** The first choice, after what the object says besides was noted. */
    private JsonNode choice(JsonNode object) {
        JsonNode choices = object.path("choices");
        if (!choices.isArray() && !object.path("usage").isObject()) {
            throw DialectException.garbled("the model server sent an event that is no part of an answer");
        }
        if (object.path("usage").isObject()) {
            usage = usage(object);
        }
        JsonNode choice = choices.path(0);
        if (choice.path("finish_reason").isTextual()) {
            String word = choice.path("finish_reason").textValue();
            reason = switch (word) {
                case "tool_calls", "function_call", "eos_token", "stop_sequence" -> "stop";
                default -> word;
            };
            JsonNode matched =
                    choice.path("stop_reason").isTextual() ? choice.path("stop_reason") : object.path("stopping_word");
            stopSequence = Optional.of(matched.asText("")).filter(text -> !text.isEmpty());
        }
        return choice;
    }

    private static AnswerChunk.Usage usage(JsonNode object) {
        JsonNode usage = object.path("usage");
        JsonNode cached = usage.path("prompt_tokens_details").path("cached_tokens");
        JsonNode reasoning = usage.path("completion_tokens_details").path("reasoning_tokens");
        return new AnswerChunk.Usage(
                usage.path("prompt_tokens").asLong(),
                usage.path("completion_tokens").asLong(),
                number(cached.isMissingNode() ? object.path("timings").path("cache_n") : cached),
                number(reasoning));
    }

    private static Optional<Long> number(JsonNode node) {
        return node.isIntegralNumber() ? Optional.of(node.longValue()) : Optional.empty();
    }

    private AnswerChunk piece(JsonNode choice, JsonNode message) {
        boolean completion = choice.path("text").isTextual();
        String content = completion ? choice.path("text").textValue() : text(message.path("content"));
        if (content.isEmpty()) {
            content = message.path("refusal").asText("");
        }
        JsonNode reasoning = message.path("reasoning_content");
        return new AnswerChunk(
                content,
                reasoning.isTextual() ? reasoning.textValue() : text(message.path("reasoning")),
                calls(message.path("tool_calls")),
                logprobs(choice.path("logprobs")),
                Optional.empty());
    }

    /** A string, or the texts of a list of parts. */
    private static String text(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        var text = new StringBuilder();
        for (JsonNode part : node) {
            text.append(part.path("text").asText(""));
        }
        return text.toString();
    }

    private List<ToolPart> calls(JsonNode calls) {
        if (!calls.isArray() || calls.isEmpty()) {
            return List.of();
        }
        var parts = new ArrayList<ToolPart>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            JsonNode part = calls.get(i);
            JsonNode function = part.path("function");
            int index = part.path("index").asInt(i);
            String name = function.path("name").asText("");
            JsonNode arguments = function.path("arguments");
            String text = arguments.isContainerNode() ? arguments.toString() : arguments.asText("");
            // Some servers repeat the name in every part.
            boolean begins = index != call;
            if (begins && (name.isEmpty() || index < call || index > TOOL_CALLS_MAX)) {
                throw DialectException.garbled("the model server sent parts of tool calls out of order");
            }
            call = index;
            if (begins || !text.isEmpty()) {
                parts.add(new ToolPart(index, begins ? part.path("id").asText("") : "", begins ? name : "", text));
            }
        }
        return parts;
    }

    /** Entries of chat completions as they are; the lists of completions turned into such entries. */
    private static List<JsonNode> logprobs(JsonNode logprobs) {
        if (logprobs.path("content").isArray()) {
            return OllamaAnswers.list(logprobs.path("content"));
        }
        JsonNode tokens = logprobs.path("tokens");
        var entries = new ArrayList<JsonNode>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            ObjectNode entry = entry(
                    tokens.get(i).asText(), logprobs.path("token_logprobs").path(i));
            ArrayNode top = entry.putArray("top_logprobs");
            logprobs.path("top_logprobs")
                    .path(i)
                    .properties()
                    .forEach(other -> top.add(entry(other.getKey(), other.getValue())));
            entries.add(entry);
        }
        return entries;
    }

    private static ObjectNode entry(String token, JsonNode logprob) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode().put("token", token);
        entry.set("logprob", logprob.isNumber() ? logprob : JsonNodeFactory.instance.numberNode(0));
        entry.set("bytes", Json.utf8Numbers(token));
        return entry;
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            JsonNode object = Json.read(bytes);
            if (object.isObject()) {
                return object;
            }
        } catch (Json.InvalidJson e) {
            throw DialectException.garbled("the model server sent an event that is not JSON");
        }
        throw DialectException.garbled("the model server sent an event that is no JSON object");
    }
}
