package dev.llamero.gateway.chat;

/**
 * One run of a model: how it was asked and how it ended.
 *
 * @param id names it to the page, which stops it by this
 * @param requestId names it in the logs of all layers
 * @param model who was asked; empty until that is known
 * @param state where it is in its life
 * @param errorCode of a failed turn, else empty
 * @param errorMessage what failed, in words; else empty
 * @param errorRemedy what to do about it; else empty
 * @param finishReason the model's: {@code stop}, {@code length}, {@code tool_calls}; empty if it gave none
 * @param attempts how often it was asked; 1 if nothing broke
 * @param statistics what was measured
 */
public record Turn(
        String id,
        String requestId,
        String model,
        TurnState state,
        String errorCode,
        String errorMessage,
        String errorRemedy,
        String finishReason,
        int attempts,
        Statistics statistics) {
    /**
     * Times in milliseconds since the question came, as the gateway saw them; -1 for what did not happen or is not
     * known.
     *
     * @param firstTokenMillis until the first piece of thinking or answer
     * @param reasoningMillis from the first piece of thinking to the first piece of the answer
     * @param totalMillis until the end
     * @param promptTokens as the server counted
     * @param cachedTokens those of the prompt that needed no evaluation
     * @param completionTokens as the server counted, thinking included
     * @param tokensPerSecond from the first to the last token of the last attempt
     * @param contextTokens that are used after this answer
     * @param contextTokensMax that there are
     */
    public record Statistics(
            long firstTokenMillis,
            long reasoningMillis,
            long totalMillis,
            long promptTokens,
            long cachedTokens,
            long completionTokens,
            double tokensPerSecond,
            long contextTokens,
            long contextTokensMax) {
        public static final Statistics NONE = new Statistics(-1, -1, -1, -1, -1, -1, -1, -1, -1);
    }

    /** A turn that has just begun. */
    static Turn begun(String id, String requestId, String model) {
        return new Turn(id, requestId, model, TurnState.RUNNING, "", "", "", "", 1, Statistics.NONE);
    }

    Turn ended(TurnState end, String reason, Statistics measured) {
        return new Turn(id, requestId, model, end, "", "", "", reason, attempts, measured);
    }

    Turn failed(String code, String message, String remedy, Statistics measured) {
        return new Turn(
                id, requestId, model, TurnState.FAILED, code, message, remedy, finishReason, attempts, measured);
    }

    /** A run that goes on, as it stands. */
    Turn asked(String name, int times, Statistics measured) {
        return new Turn(
                id, requestId, name, state, errorCode, errorMessage, errorRemedy, finishReason, times, measured);
    }

    /** Whether the answer could go on: it was not finished by the model, but by a limit, a person or a failure. */
    boolean isCut() {
        return state != TurnState.RUNNING && (state != TurnState.DONE || finishReason.equals("length"));
    }
}
