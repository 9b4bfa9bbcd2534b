package dev.llamero.inference.http;

import dev.llamero.inference.engine.GenerationStatistics;
import java.util.Map;

/**
 * How an answer ended.
 *
 * @param reason {@code stop} or {@code length}
 * @param totalNanos from the handler's entry
 * @param loadNanos from the handler's entry until the model was ready
 * @param statistics of the engine
 * @param detailed whether the caller wants what Ollama does not tell: the wait in the queue, the tokens reused, those
 *     that were guessed, and how many of these held
 */
record Ending(String reason, long totalNanos, long loadNanos, GenerationStatistics statistics, boolean detailed) {
    /** Adds the metrics in Ollama's order; zeros are left out. */
    void addTo(Map<String, Object> object) {
        put(object, "total_duration", totalNanos);
        put(object, "load_duration", loadNanos);
        put(object, "prompt_eval_count", statistics.promptTokens());
        put(object, "prompt_eval_duration", statistics.promptNanos());
        put(object, "eval_count", statistics.generatedTokens());
        put(object, "eval_duration", statistics.generationNanos());
        if (detailed) {
            put(object, "queue_duration", statistics.queueNanos());
            object.put("prompt_cached_count", statistics.reusedTokens());
            object.put("draft_count", statistics.draftedTokens());
            object.put("draft_accepted_count", statistics.acceptedTokens());
        }
    }

    private static void put(Map<String, Object> object, String key, long value) {
        if (value > 0) {
            object.put(key, value);
        }
    }
}
