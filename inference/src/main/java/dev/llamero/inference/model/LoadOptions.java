package dev.llamero.inference.model;

/**
 * What a model is loaded with; a request that needs other values causes a reload (specification 9.4).
 *
 * @param contextTokens context of one conversation, already clamped to the training length
 * @param gpuLayers layers on the GPU; -1 for as many as fit
 * @param threads CPU threads; 0 for one per core
 * @param batchTokens tokens that one step computes
 * @param useMmap whether weights stay in the page cache
 * @param draft the small model that guesses ahead
 */
public record LoadOptions(
        int contextTokens, int gpuLayers, int threads, int batchTokens, boolean useMmap, DraftChoice draft) {
    /** Where nothing is said about a model that guesses. */
    public LoadOptions(int contextTokens, int gpuLayers, int threads, int batchTokens, boolean useMmap) {
        this(contextTokens, gpuLayers, threads, batchTokens, useMmap, DraftChoice.UNSAID);
    }

    /** The same with what is said about a model that guesses. */
    public LoadOptions with(DraftChoice choice) {
        return new LoadOptions(contextTokens, gpuLayers, threads, batchTokens, useMmap, choice);
    }

    /** Whether a model that was loaded with these options does for a request that asks for those. */
    boolean serve(LoadOptions wanted) {
        return equals(wanted.draft.said() ? wanted : wanted.with(draft));
    }
}
