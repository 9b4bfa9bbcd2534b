package dev.llamero.inference.engine;

import java.util.List;
import java.util.concurrent.Future;

/**
 * One loaded model that gives a vector for each text. All methods may be called from any thread; results are waited for
 * on virtual threads.
 */
public interface Embedder extends ModelRunner {
    /** Most tokens of one input. */
    int inputTokensMax();

    /**
     * Queues the inputs of one request. Cancelling the result gives up those that have not run.
     *
     * @param inputs token ids, each list 1 to {@link #inputTokensMax()} long
     * @return one vector per input, in order, as the model's pooling gives them, not normalised; fails with an
     *     {@link EngineException}
     * @throws EngineException.Busy if the queue is full
     * @throws EngineException.Closed if it is closed
     */
    Future<List<float[]>> submit(List<int[]> inputs);
}
