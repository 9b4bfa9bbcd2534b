package dev.llamero.inference.llama;

import dev.llamero.models.KvType;
import java.util.Objects;

/**
 * How a model is opened.
 *
 * @param contextTokens context of one conversation; 1 or more. It is reduced when memory does not allow it
 * @param parallel how many conversations run at once; the KV cache has {@code contextTokens * parallel} cells
 * @param sequencesMax sequence ids to have, for running and for kept conversations; at least {@code parallel}, at
 *     most 256
 * @param gpuLayers layers to put on the GPU; {@link #ALL_THAT_FIT} for as many as fit, 0 for none
 * @param kvType how the KV cache stores its values
 * @param threads threads that compute on the CPU; 0 for one per core
 * @param batchTokensMax most tokens that one step computes (ubatch); 1 to 8192
 * @param useMmap whether weights stay in the page cache (mapped) instead of being read into memory of their own
 * @param deviceCopies most copies of sequences that the device keeps outside of the KV cache; as many as ids are left,
 *     and none where copies are not exact
 */
public record ModelSettings(
        int contextTokens,
        int parallel,
        int sequencesMax,
        int gpuLayers,
        KvType kvType,
        int threads,
        int batchTokensMax,
        boolean useMmap,
        int deviceCopies) {
    /** Value of {@code gpuLayers}: decide from the memory of the GPU. */
    public static final int ALL_THAT_FIT = -1;

    /** Largest number of sequence ids in llama.cpp (LLAMA_MAX_SEQ). */
    public static final int SEQUENCES_MAX = 256;

    private static final int CONTEXT_MAX = 1 << 24;
    private static final int BATCH_MAX = 8192;
    private static final int THREADS_MAX = 512;

    public ModelSettings {
        Objects.requireNonNull(kvType, "kvType is null");
        within("contextTokens", contextTokens, 1, CONTEXT_MAX);
        within("parallel", parallel, 1, SEQUENCES_MAX);
        within("sequencesMax", sequencesMax, parallel, SEQUENCES_MAX);
        within("gpuLayers", gpuLayers, ALL_THAT_FIT, 10_000);
        within("threads", threads, 0, THREADS_MAX);
        within("batchTokensMax", batchTokensMax, 1, BATCH_MAX);
        within("deviceCopies", deviceCopies, 0, SEQUENCES_MAX);
        if ((long) contextTokens * parallel > CONTEXT_MAX) {
            throw new IllegalArgumentException("contextTokens " + contextTokens + " times parallel " + parallel
                    + " is over " + CONTEXT_MAX + " cells");
        }
    }

    /** Without copies on the device. */
    public ModelSettings(
            int contextTokens,
            int parallel,
            int sequencesMax,
            int gpuLayers,
            KvType kvType,
            int threads,
            int batchTokensMax,
            boolean useMmap) {
        this(contextTokens, parallel, sequencesMax, gpuLayers, kvType, threads, batchTokensMax, useMmap, 0);
    }

    /** The same with so many copies on the device. */
    public ModelSettings withDeviceCopies(int copies) {
        return new ModelSettings(
                contextTokens, parallel, sequencesMax, gpuLayers, kvType, threads, batchTokensMax, useMmap, copies);
    }

    /** Sensible settings for one conversation of this length on this machine. */
    public static ModelSettings ofContext(int contextTokens) {
        return new ModelSettings(contextTokens, 1, 8, ALL_THAT_FIT, KvType.F16, 0, 512, true);
    }

    private static void within(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", not in " + min + ".." + max);
        }
    }
}
