package dev.llamero.inference.engine;

/**
 * Facts about a loaded model, fixed while it is loaded.
 *
 * @param engine name and version of what runs it, for logs and traces
 * @param contextTokens context of one conversation, after any reduction for memory
 * @param parallel how many conversations run at once
 * @param bytesTotal memory of weights, KV cache and buffers, on all devices
 * @param bytesOnGpu the part of it that lies in GPU memory; 0 on a CPU
 * @param weightBytes the part of it that holds weights, mapped ones included; 0 if unknown
 * @param kvBytes the part of it that is the KV cache, whether its cells are in use or not; 0 if unknown
 * @param draftModel what guesses ahead for it, whose memory is counted in; "" if nothing
 */
public record EngineInfo(
        String engine,
        int contextTokens,
        int parallel,
        long bytesTotal,
        long bytesOnGpu,
        long weightBytes,
        long kvBytes,
        String draftModel) {
    /** Without the parts. */
    public EngineInfo(String engine, int contextTokens, int parallel, long bytesTotal, long bytesOnGpu) {
        this(engine, contextTokens, parallel, bytesTotal, bytesOnGpu, 0, 0, "");
    }

    /** With a model that guesses ahead for this one, and its memory. */
    public EngineInfo with(EngineInfo helper, String name) {
        return new EngineInfo(
                engine,
                contextTokens,
                parallel,
                bytesTotal + helper.bytesTotal,
                bytesOnGpu + helper.bytesOnGpu,
                weightBytes + helper.weightBytes,
                kvBytes + helper.kvBytes,
                name);
    }
}
