package dev.llamero.inference.llama;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.models.GgufFile;
import dev.llamero.models.GgufReadOption;
import dev.llamero.models.MemoryFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a model takes of the memory that is free now, from its header. Immutable; any thread that may call the library.
 */
record ModelPlanner(LlamaRuntime.Library library, Path path, ModelSettings settings) {
    private static final System.Logger LOGGER = System.getLogger(ModelPlanner.class.getName());
    private static final int LAYERS_MAX = 65_536;

    /** Of the free memory a model that is put beside others may take this much, as in Ollama (specification 9.3). */
    private static final double FREE_SHARE = 0.8;

    /** Checks every bound of the header, since llama.cpp ends the process on some damaged ones. */
    GgufFile header() {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new EngineException.Unloadable(path + " is not a readable file", null);
        }
        try {
            return GgufFile.read(path, GgufReadOption.OMIT_LARGE_ARRAYS);
        } catch (IOException e) {
            throw new EngineException.Unloadable("cannot load " + path + ": " + e.getMessage(), e);
        }
    }

    MemoryPlan plan(GgufFile header) {
        return plan(header, 1, 0);
    }

    private MemoryPlan plan(GgufFile header, double share, long besideBytes) {
        try {
            MemoryFit need = MemoryFit.of(header, settings.contextTokens(), settings.kvType());
            int layers = (int) Math.min(LAYERS_MAX, header.blockCount().orElse(0));
            int training =
                    (int) Math.min(Integer.MAX_VALUE, header.contextLength().orElse(0));
            long host = (long) (HostMemory.availableBytes() * share);
            long gpu = (long) (library.gpuFreeBytes() * share);
            boolean besideOnGpu = gpu > 0 && settings.gpuLayers() != 0;
            var demand = new MemoryPlan.Demand(
                    need,
                    layers,
                    training,
                    Math.max(0, besideOnGpu ? host : host - besideBytes),
                    Math.max(0, besideOnGpu ? gpu - besideBytes : gpu));
            return MemoryPlan.of(demand, settings);
        } catch (IllegalArgumentException e) {
            throw new EngineException.Unloadable("cannot load " + path + ": " + e.getMessage(), e);
        }
    }

    /** Whether the model gets its whole context, and the GPU all its layers, and leaves a fifth of the memory. */
    boolean fits(long besideBytes) {
        try {
            GgufFile header = header();
            long training = header.contextLength().orElse(0);
            long wanted = training > 0 ? Math.min(training, settings.contextTokens()) : settings.contextTokens();
            MemoryPlan plan = plan(header, FREE_SHARE, besideBytes);
            boolean onGpu = library.gpuFreeBytes() <= 0 || settings.gpuLayers() >= 0 || plan.isWhole();
            return onGpu && plan.fits(wanted);
        } catch (EngineException.Unloadable e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the memory for " + path + " is unknown", e);
            return true;
        }
    }

    /** Weights, buffers and a KV cache for all conversations; 0 if the file cannot be read. */
    long bytesWanted() {
        try {
            MemoryFit need = MemoryFit.of(header(), settings.contextTokens(), settings.kvType());
            return need.weightBytes() + need.computeBytes() + need.kvBytes() * settings.parallel();
        } catch (EngineException.Unloadable | IllegalArgumentException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the memory for " + path + " is unknown", e);
            return 0;
        }
    }
}
