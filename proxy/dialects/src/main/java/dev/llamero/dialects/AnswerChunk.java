package dev.llamero.dialects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A piece of an answer in neutral terms, whichever kind of server sent it.
 *
 * @param toolCalls parts of calls, in the order of their indices
 * @param logprobs entries as Ollama and chat completions write them: token, logprob, bytes, top_logprobs
 * @param end set on the last piece only
 */
public record AnswerChunk(
        String content, String thinking, List<ToolPart> toolCalls, List<JsonNode> logprobs, Optional<End> end) {
    static AnswerChunk of(String content, String thinking) {
        return new AnswerChunk(content, thinking, List.of(), List.of(), Optional.empty());
    }

    /** Whether it is the last one. */
    public boolean done() {
        return end.isPresent();
    }

    /** What the whole answer cost; only on the last piece. */
    public Optional<Usage> usage() {
        return end.map(End::usage);
    }

    /** Whether it brings text, thinking or a call: the first such piece is the first token. */
    public boolean carriesNothing() {
        return content.isEmpty() && thinking.isEmpty() && toolCalls.isEmpty() && logprobs.isEmpty();
    }

    /**
     * A call of a tool, or a part of one. The first part of a call has its name; parts of an index follow each other.
     *
     * @param index of the call within the answer, from 0
     * @param id empty if the server gave none, and in all parts but the first
     * @param name empty in all parts but the first
     * @param arguments text of JSON, or the next piece of it
     */
    public record ToolPart(int index, String id, String name, String arguments) {
        /** Whether a call begins with it. */
        public boolean begins() {
            return !name.isEmpty();
        }
    }

    /**
     * How the answer ended.
     *
     * @param reason {@code stop}, {@code length}, or a server's own word
     * @param stopSequence the caller's stop string that ended it, if the server says so
     */
    public record End(String reason, Optional<String> stopSequence, Usage usage) {
        /** Whether the answer was cut at its greatest length. */
        public boolean cut() {
            return reason.equals("length");
        }
    }

    /**
     * Tokens of a whole answer.
     *
     * @param cachedTokens of the prompt's tokens, how many needed no evaluation; empty if the server does not say
     * @param reasoningTokens of the completion's tokens, how many were thinking; empty if the server does not say
     */
    public record Usage(
            long promptTokens, long completionTokens, Optional<Long> cachedTokens, Optional<Long> reasoningTokens) {
        /** No answer has so many: a server that says so must not turn a sum over. */
        private static final long TOKENS_MAX = 1L << 40;

        public Usage {
            promptTokens = Math.clamp(promptTokens, 0, TOKENS_MAX);
            completionTokens = Math.clamp(completionTokens, 0, TOKENS_MAX);
        }

        /** Prompt and completion. */
        public long totalTokens() {
            return promptTokens + completionTokens;
        }
    }
}
