package dev.llamero.inference.model;

import dev.llamero.inference.api.ModelOptions;

/**
 * What a model is loaded with unless it or a request says otherwise.
 *
 * @param contextTokens context of one conversation, before it is clamped to what the model was trained for
 * @param gpuLayers -1 for as many as fit
 * @param threads 0 for one per core
 * @param batchTokens tokens that one step computes
 */
public record LoadDefaults(int contextTokens, int gpuLayers, int threads, int batchTokens) {
    /** Below this no prompt fits. */
    private static final int CONTEXT_MIN = 8;

    private static final int BATCH_MAX = 8_192;
    private static final int THREADS_MAX = 512;
    private static final int LAYERS_MAX = 10_000;

    /** For one request, from its merged options. */
    public LoadOptions of(LocalModel model, ModelOptions options) {
        int trained = (int) model.header().contextLength().orElse(Integer.MAX_VALUE);
        int context = Math.min(options.integer("num_ctx", contextTokens), Math.max(trained, CONTEXT_MIN));
        int layers = options.integer("num_gpu", -1);
        int threadCount = options.integer("num_thread", 0);
        Boolean mmap = options.flag("use_mmap");
        return new LoadOptions(
                Math.max(context, CONTEXT_MIN),
                layers >= 0 ? Math.min(layers, LAYERS_MAX) : gpuLayers,
                threadCount > 0 ? Math.min(threadCount, THREADS_MAX) : threads,
                Math.clamp(options.integer("num_batch", batchTokens), 1, BATCH_MAX),
                mmap == null || mmap);
    }
}
