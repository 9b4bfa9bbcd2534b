package dev.llamero.gateway.upstream;

/** One piece of an answer, in the order of arrival. */
public sealed interface Delta {
    /** Text of the answer itself. */
    record Content(String text) implements Delta {}

    /** Text of the model's thinking; shown folded, and never sent back to a model. */
    record Reasoning(String text) implements Delta {}

    /** Why the model stopped: {@code stop}, {@code length} or {@code tool_calls}. */
    record Finish(String reason) implements Delta {}

    /**
     * The next piece of a call of a tool.
     *
     * @param index of the call in the answer
     * @param id only in its first piece
     * @param name only in its first piece
     * @param arguments the next piece of its JSON
     */
    record ToolCall(int index, String id, String name, String arguments) implements Delta {}

    /**
     * Tokens of prompt and answer, as the server counted them.
     *
     * @param cachedTokens of the prompt's, how many needed no evaluation; -1 if the server does not say
     */
    record Usage(long promptTokens, long cachedTokens, long completionTokens) implements Delta {}
}
