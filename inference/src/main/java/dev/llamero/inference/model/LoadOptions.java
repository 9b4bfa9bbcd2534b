package dev.llamero.inference.model;

/**
 * What a model is loaded with; a request that needs other values causes a reload (specification 9.4).
 *
 * @param contextTokens context of one conversation, already clamped to the training length
 * @param gpuLayers layers on the GPU; -1 for as many as fit
 * @param threads CPU threads; 0 for one per core
 * @param batchTokens tokens that one step computes
 * @param useMmap whether weights stay in the page cache
 */
public record LoadOptions(int contextTokens, int gpuLayers, int threads, int batchTokens, boolean useMmap) {}
