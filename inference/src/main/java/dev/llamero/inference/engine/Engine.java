package dev.llamero.inference.engine;

import java.util.List;
import java.util.Map;

/**
 * One loaded model that answers generation requests. The seam between the API and whatever runs the model: the batching
 * engine over llama.cpp, or the {@code de.kherud:llama} binding.
 *
 * <p>All methods may be called from any thread. The owner closes it; closing frees the model's memory.
 */
public interface Engine extends ModelRunner {
    /**
     * Queues a request.
     *
     * @throws EngineException.Busy if the queue is full
     * @throws EngineException.PromptTooLong if the prompt alone does not fit into the context
     * @throws EngineException.Closed if the engine is closed
     */
    Generation submit(GenerationRequest request);

    /** Requests that wait and run now. */
    Load load();

    /** Requests that wait for a place, the next one first. */
    default List<Waiting> waiting() {
        return List.of();
    }

    /**
     * A place in the queue.
     *
     * @param requestId whose
     * @param position 1 for who is next
     * @param estimateMillis about how long it will take until it runs; 0 if that is not known yet
     */
    record Waiting(String requestId, int position, long estimateMillis) {}

    /** What it counted so far; empty if it does not count. */
    default Map<EngineFigure, Long> figures() {
        return Map.of();
    }

    /** The conversations that it keeps cells of, the last used first; waits for a step that runs. */
    default List<CachedConversation> conversations() {
        return List.of();
    }

    /** Forgets every conversation that does not run, in all places. */
    default void forgetConversations() {}

    /**
     * How busy an engine is.
     *
     * @param queued requests that wait for a sequence
     * @param running requests in prefill or decode
     */
    record Load(int queued, int running) {}
}
