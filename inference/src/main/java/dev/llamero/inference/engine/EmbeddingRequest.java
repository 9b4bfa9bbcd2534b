package dev.llamero.inference.engine;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The inputs of one request on their way through an {@link EmbeddingEngine}, whose thread makes every call but
 * {@link #result}.
 */
final class EmbeddingRequest {
    private final List<int[]> inputs;
    private final float[][] vectors;
    private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();
    private int taken;
    private int answered;

    EmbeddingRequest(List<int[]> inputs) {
        this.inputs = List.copyOf(inputs);
        this.vectors = new float[inputs.size()][];
        if (inputs.isEmpty()) {
            result.complete(List.of());
        }
    }

    /** One input of a step. */
    record Input(EmbeddingRequest request, int index) {
        int[] tokens() {
            return request.inputs.get(index);
        }

        void answer(float[] vector) {
            request.vectors[index] = vector;
            request.answered++;
            if (request.answered == request.vectors.length) {
                request.result.complete(Arrays.asList(request.vectors));
            }
        }

        void fail(EngineException cause) {
            request.fail(cause);
        }
    }

    /** Complete once every input has its vector, or one failed; done early if the caller cancels it. */
    CompletableFuture<List<float[]>> result() {
        return result;
    }

    boolean hasNext() {
        return taken < inputs.size();
    }

    /** Tokens of the next input. */
    int[] peek() {
        return inputs.get(taken);
    }

    Input take() {
        return new Input(this, taken++);
    }

    void fail(EngineException cause) {
        result.completeExceptionally(cause);
    }
}
