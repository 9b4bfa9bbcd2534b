package dev.llamero.inference.llama;

/** Is told how far a model is loaded, and may stop it. Called on the thread that opens the model. */
@FunctionalInterface
public interface LoadProgress {
    /** Does not look, and lets the model load to the end. */
    LoadProgress NONE = fraction -> true;

    /**
     * A step of progress; at most about ten calls a second, and one at the end.
     *
     * @param fraction 0 to 1
     * @return false to give up loading
     */
    boolean onProgress(float fraction);
}
