package dev.llamero.inference.engine;

/**
 * Facts about a loaded model, fixed while it is loaded.
 *
 * @param engine name and version of what runs it, for logs and traces
 * @param contextTokens context of one conversation, after any reduction for memory
 * @param parallel how many conversations run at once
 * @param bytesTotal memory of weights, KV cache and buffers, on all devices
 * @param bytesOnGpu the part of it that lies in GPU memory; 0 on a CPU
 */
public record EngineInfo(String engine, int contextTokens, int parallel, long bytesTotal, long bytesOnGpu) {}
