package dev.llamero.gateway.upstream;

/** One piece of an answer, in the order of arrival. */
public sealed interface Delta {
    /** Text of the answer itself. */
    record Content(String text) implements Delta {}

    /** Text of the model's thinking; shown folded, and never sent back to a model. */
    record Reasoning(String text) implements Delta {}

    /** Why the model stopped: {@code stop} or {@code length}. */
    record Finish(String reason) implements Delta {}

    /** Tokens of prompt and answer, as the server counted them. */
    record Usage(long promptTokens, long completionTokens) implements Delta {}
}
