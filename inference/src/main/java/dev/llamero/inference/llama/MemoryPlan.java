package dev.llamero.inference.llama;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a model's layers go and what that leaves for its context. Pure.
 *
 * @param gpuLayers layers on the GPU, the output layer counted as one more; -1 for all, 0 for none
 * @param fit the context
 */
record MemoryPlan(int gpuLayers, ContextFit fit) {
    /** GPU memory that the driver and the kernels take besides what llama.cpp reports, in bytes. */
    static final long GPU_RESERVE_BYTES = 768L << 20;

    /** A GPU whose memory leaves less context than this gets fewer layers instead. */
    private static final int GPU_CONTEXT_FLOOR = 4096;

    private static final int ALL = -1;

    /**
     * Plans.
     *
     * @param outputsMax most rows of a step that want logits
     * @param hostBytes free main memory
     * @param gpuBytes free memory of all GPUs; 0 if there are none
     */
    static MemoryPlan of(ModelShape shape, ModelSettings settings, int outputsMax, long hostBytes, long gpuBytes) {
        Demand demand = new Demand(shape, settings, outputsMax, hostBytes, gpuBytes - GPU_RESERVE_BYTES);
        if (gpuBytes <= 0 || settings.gpuLayers() == 0) {
            return new MemoryPlan(0, demand.fit(0));
        }
        int units = shape.layers() + 1;
        if (settings.gpuLayers() > 0) {
            int layers = Math.min(settings.gpuLayers(), units);
            return new MemoryPlan(layers, demand.fit(layers));
        }
        ContextFit whole = demand.fit(units);
        int floor = Math.min(settings.contextTokens(), GPU_CONTEXT_FLOOR);
        if (demand.gpuTokens(units) >= floor) {
            return new MemoryPlan(ALL, whole);
        }
        int layers = units - 1;
        while (layers > 0 && demand.gpuTokens(layers) < floor) {
            layers--;
        }
        return new MemoryPlan(layers, demand.fit(layers));
    }

    private record Demand(ModelShape shape, ModelSettings settings, int outputsMax, long hostBytes, long gpuBytes) {
        ContextFit fit(int layers) {
            List<ContextFit.Pool> pools = new ArrayList<>();
            int units = shape.layers() + 1;
            if (layers > 0) {
                pools.add(pool("GPU memory", gpuBytes, layers, true));
            }
            if (layers < units) {
                pools.add(pool("main memory", hostBytes, units - layers, layers == 0));
            }
            return ContextFit.decide(settings.contextTokens(), shape.trainingContext(), settings.parallel(), pools);
        }

        long gpuTokens(int layers) {
            return pool("GPU memory", gpuBytes, layers, true).cells() / settings.parallel();
        }

        private ContextFit.Pool pool(String name, long available, int layers, boolean buffers) {
            int units = shape.layers() + 1;
            long weights = shape.weightsBytes() / units * layers;
            long kv = shape.kvBytesPerToken(settings.kvType()) / units * layers;
            long fixed = buffers ? shape.bufferBytes(settings.batchTokensMax(), outputsMax) : 0;
            long mask = buffers ? shape.maskBytesPerCell(settings.batchTokensMax()) : 0;
            return new ContextFit.Pool(name, available, weights + fixed, kv + mask);
        }
    }
}
