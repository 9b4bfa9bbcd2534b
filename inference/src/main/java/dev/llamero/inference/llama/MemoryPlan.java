package dev.llamero.inference.llama;

import dev.llamero.models.MemoryFit;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a model's layers go and what that leaves for its context. Pure.
 *
 * @param gpuLayers layers on the GPU, the output layer counted as one more; -1 for all, 0 for none
 * @param fit the context
 */
record MemoryPlan(int gpuLayers, ContextFit fit) {
    /** A GPU whose memory leaves less context than this gets fewer layers instead. */
    private static final int GPU_CONTEXT_FLOOR = 4096;

    private static final int ALL = -1;

    /**
     * What is to be placed where.
     *
     * @param need what the model needs, from its header
     * @param layers its layers without the output layer
     * @param trainingTokens tokens that it was trained for; 0 if unknown
     * @param hostBytes free main memory
     * @param gpuBytes free memory of all GPUs; 0 if there are none
     */
    record Demand(MemoryFit need, int layers, int trainingTokens, long hostBytes, long gpuBytes) {}

    /** Whether every layer lies on the GPU. */
    boolean isWhole() {
        return gpuLayers == ALL;
    }

    /** Whether a conversation surely gets this many tokens. */
    boolean fits(long tokens) {
        return fit.promised() && fit.contextTokens() >= tokens;
    }

    /** Plans: all layers on the GPU with at least a small context, or as many as leave room for one. */
    static MemoryPlan of(Demand demand, ModelSettings settings) {
        Split split = new Split(demand, settings);
        if (demand.gpuBytes() <= 0 || settings.gpuLayers() == 0) {
            return new MemoryPlan(0, split.fit(0));
        }
        int units = demand.layers() + 1;
        if (settings.gpuLayers() > 0) {
            int layers = Math.min(settings.gpuLayers(), units);
            return new MemoryPlan(layers, split.fit(layers));
        }
        int floor = Math.min(settings.contextTokens(), GPU_CONTEXT_FLOOR);
        if (split.gpuTokens(units) >= floor) {
            return new MemoryPlan(ALL, split.fit(units));
        }
        int layers = demand.layers();
        while (layers > 0 && split.gpuTokens(layers) < floor) {
            layers--;
        }
        return new MemoryPlan(layers, split.fit(layers));
    }

    /** A division of the layers between GPU and host. */
    private record Split(Demand demand, ModelSettings settings) {
        ContextFit fit(int gpuLayers) {
            int units = demand.layers() + 1;
            List<ContextFit.Pool> pools = new ArrayList<>();
            if (gpuLayers > 0) {
                pools.add(gpu(gpuLayers));
            }
            if (gpuLayers < units) {
                pools.add(pool("main memory", demand.hostBytes(), units - gpuLayers, gpuLayers == 0, 0));
            }
            return ContextFit.decide(settings.contextTokens(), demand.trainingTokens(), settings.parallel(), pools);
        }

        long gpuTokens(int gpuLayers) {
            return gpu(gpuLayers).cells() / settings.parallel();
        }

        private ContextFit.Pool gpu(int gpuLayers) {
            return pool("GPU memory", demand.gpuBytes(), gpuLayers, true, MemoryFit.DEVICE_BYTES);
        }

        private ContextFit.Pool pool(String name, long available, int layers, boolean computes, long besides) {
            MemoryFit need = demand.need();
            int units = demand.layers() + 1;
            long fixed = need.weightBytes() / units * layers + (computes ? need.fixedBytes() : 0) + besides;
            long perCell = need.kvBytesPerToken() / units * layers + (computes ? need.bytesPerTokenBeside() : 0);
            return new ContextFit.Pool(name, available, fixed, perCell);
        }
    }
}
