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
        Statistics statistics) {
    /**
     * Times in milliseconds since the question came, as the gateway saw them; -1 for what did not happen.
     *
     * @param firstTokenMillis until the first piece of thinking or answer
     * @param reasoningMillis from the first piece of thinking to the first piece of the answer
     * @param totalMillis until the end
     * @param promptTokens as the server counted
     * @param completionTokens as the server counted, thinking included
     */
    public record Statistics(
            long firstTokenMillis, long reasoningMillis, long totalMillis, long promptTokens, long completionTokens) {
        public static final Statistics NONE = new Statistics(-1, -1, -1, -1, -1);
    }

    /** A turn that has just begun. */
    static Turn begun(String id, String requestId, String model) {
        return new Turn(id, requestId, model, TurnState.RUNNING, "", "", "", Statistics.NONE);
    }

    Turn ended(TurnState end, Statistics measured) {
        return new Turn(id, requestId, model, end, "", "", "", measured);
    }

    Turn failed(String code, String message, String remedy, Statistics measured) {
        return new Turn(id, requestId, model, TurnState.FAILED, code, message, remedy, measured);
    }

    Turn withModel(String name) {
        return new Turn(id, requestId, name, state, errorCode, errorMessage, errorRemedy, statistics);
    }
}
