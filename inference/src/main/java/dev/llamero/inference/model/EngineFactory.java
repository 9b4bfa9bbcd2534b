package dev.llamero.inference.model;

/** Makes a running engine of a model on disk. The seam to llama.cpp; tests put a scripted engine here. */
public interface EngineFactory {
    /**
     * Loads a model. Called on a platform thread, for one model at a time; takes seconds.
     *
     * @param progress is told how far it is, and may stop the load by giving false
     * @throws dev.llamero.inference.engine.EngineException if the model cannot be loaded, or the load was stopped
     */
    LoadedEngine load(LocalModel model, LoadOptions options, Progress progress);

    /**
     * Whether a model would have all it wants in the memory that is free now: asked before it is loaded beside others,
     * on the thread that loads. An estimate from the file's header; a file that cannot be read fits, since loading it
     * tells what is wrong.
     */
    default boolean fitsBeside(LocalModel model, LoadOptions options) {
        return true;
    }

    /** Watches a load. */
    interface Progress {
        /** @param fraction 0 to 1; false as the answer stops the load */
        boolean goesOn(float fraction);
    }
}
