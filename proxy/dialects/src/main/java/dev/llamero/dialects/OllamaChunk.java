package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/**
 * One line of {@code /api/chat}'s answer (specification 6.3).
 *
 * @param toolCalls a list of calls, or a missing node
 * @param logprobs a list of entries, or a missing node
 * @param doneReason empty before the end
 * @param usage what the whole answer cost; only on the last line
 */
public record OllamaChunk(
        String content,
        String thinking,
        JsonNode toolCalls,
        JsonNode logprobs,
        boolean done,
        String doneReason,
        Optional<Usage> usage) {

    /**
     * Reads one line.
     *
     * @return empty for a blank line
     * @throws DialectException with {@link DialectError.Refused} if the line reports an error, with
     *     {@link DialectError.Garbled} if it is no chat line
     */
    public static Optional<OllamaChunk> read(byte[] bytes, int offset, int length) {
        JsonNode line = parse(bytes, offset, length);
        if (line.isMissingNode()) {
            return Optional.empty();
        }
        if (line.hasNonNull("error")) {
            throw new DialectException(new DialectError.Refused(500, UpstreamErrors.text(line.get("error"))));
        }
        JsonNode message = line.path("message");
        boolean done = line.path("done").asBoolean();
        if (!message.isObject() && !done) {
            throw DialectException.garbled("the model server sent a line that is no part of a chat answer");
        }
        return Optional.of(new OllamaChunk(
                message.path("content").asText(""),
                message.path("thinking").asText(""),
                listOrMissing(message.path("tool_calls")),
                listOrMissing(line.path("logprobs")),
                done,
                line.path("done_reason").asText(""),
                done ? Optional.of(Usage.of(line)) : Optional.empty()));
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

    private static JsonNode listOrMissing(JsonNode node) {
        return node.isArray() && !node.isEmpty() ? node : MissingNode.getInstance();
    }

    boolean carriesNothing() {
        return content.isEmpty() && thinking.isEmpty() && toolCalls.isMissingNode() && logprobs.isMissingNode();
    }

    /**
     * Tokens of a whole answer.
     *
     * @param cachedTokens of the prompt's tokens, how many needed no evaluation; empty if the server does not say
     */
    public record Usage(long promptTokens, long completionTokens, Optional<Long> cachedTokens) {
        private static Usage of(JsonNode line) {
            JsonNode cached = line.path("prompt_cached_count");
            return new Usage(
                    line.path("prompt_eval_count").asLong(),
                    line.path("eval_count").asLong(),
                    cached.isIntegralNumber() ? Optional.of(cached.longValue()) : Optional.empty());
        }
    }
}
