package dev.llamero.inference.engine;

import java.util.Optional;

/**
 * The seam to a model's forward pass and its KV cache: run a batch, give logits, edit sequences.
 *
 * <p>Owned by one engine, which makes every call from its own thread (but {@link #logits}) and closes it there.
 * Implemented by the llama.cpp binding, and by a scripted double in tests. Positions of a sequence are consecutive from
 * 0.
 */
public interface Decoder extends AutoCloseable {
    /** How a step ended. */
    enum Outcome {
        /** Every row was evaluated. */
        DONE,
        /** The KV cache has no room for the batch; nothing was evaluated. */
        NO_ROOM,
        /** The abort check asked to stop; rows may or may not have reached the cache: the caller removes them. */
        ABORTED
    }

    /**
     * Evaluates the rows of a batch.
     *
     * @throws EngineException.Failed if the native library reports an error
     */
    Outcome decode(Batch batch);

    /**
     * Copies the logits of a row of the last batch, one float per token of the vocabulary. Until the engine's thread
     * makes its next call, several threads may call this at once.
     *
     * @param row index that {@link Batch#add} gave, of a row that wanted logits
     * @param into at least {@link #vocabularySize()} long
     */
    void logits(int row, float[] into);

    /**
     * Removes a sequence's cells at positions {@code from} (included) to {@code to} (excluded; negative: to the end).
     *
     * @return false if this kind of memory cannot remove a part; then the whole sequence must be removed
     */
    boolean remove(int sequence, int from, int to);

    /** Lets {@code target} share {@code source}'s cells at positions {@code from} to {@code to} (excluded). */
    void copy(int source, int target, int from, int to);

    /** Moves a sequence's positions {@code from} to {@code to} (excluded) by {@code delta}, for a context shift. */
    void shift(int sequence, int from, int to, int delta);

    /** Whether {@link #shift} is possible for this model. */
    boolean canShift();

    /**
     * Host memory that {@link #save} takes for so many cells, in bytes; 0 if this kind of memory cannot give cells back
     * exactly as they were.
     */
    default long savedBytes(int cells) {
        return 0;
    }

    /**
     * Copies a sequence's cells at positions {@code from} to {@code to} (excluded) to host memory; the sequence stays
     * as it is. Not between a {@link #shift} and the next whole step, which is what moves the cells.
     *
     * @return empty if there was no memory for it, or the library could not
     */
    default Optional<SavedSequence> save(int sequence, int from, int to) {
        return Optional.empty();
    }

    /**
     * Memory of {@link #savedBytes} bytes, to be filled with the content of cells that were saved before. Any thread.
     *
     * @return empty if there is none
     */
    default Optional<SavedSequence> allocate(int from, int to) {
        return Optional.empty();
    }

    /**
     * Appends saved cells to a sequence, which must end where they begin; the saved ones stay. Wants as many free cells
     * as were saved.
     *
     * @return false if that failed; then the target is as it was
     */
    default boolean restore(SavedSequence saved, int target) {
        return false;
    }

    /**
     * Memory of the device that computes which {@link #keep} takes for so many cells, in bytes; 0 if it cannot keep
     * copies that are exact.
     */
    default long deviceBytes(int cells) {
        return 0;
    }

    /**
     * Copies a sequence's first cells to memory of the device outside of the KV cache; the sequence stays as it is. Not
     * between a {@link #shift} and the next whole step.
     *
     * @return empty if there was no memory for it, or there are as many copies as can be
     */
    default Optional<DeviceCopy> keep(int sequence, int cells) {
        return Optional.empty();
    }

    /**
     * Appends a copy's cells to a sequence, from its end to position {@code to} (excluded); the copy stays. Wants free
     * cells for the whole copy, whatever part of them is kept: that is for the caller to see to, since the library ends
     * the process without.
     *
     * @return false if that failed; then the target is as it was
     */
    default boolean bringBack(DeviceCopy copy, int target, int to) {
        return false;
    }

    /**
     * Whether {@link #remove} can always take back the last tokens of a sequence: without it nothing is guessed ahead.
     */
    default boolean canRollBack() {
        return true;
    }

    /** Whether a row that is a step's only one may get other logits, within rounding, than beside other rows. */
    default boolean loneRowsDiffer() {
        return false;
    }

    /** Most rows of a batch that may want logits. */
    default int outputsMax() {
        return batchTokensMax();
    }

    /** Cells of the KV cache, over all sequences. */
    int contextTokens();

    /** How many sequence ids there are, from 0. */
    int sequencesMax();

    /** Most rows that one step computes at once (ubatch). */
    int batchTokensMax();

    int vocabularySize();

    /**
     * Asks for the running step to end with {@link Outcome#ABORTED} before it is complete, or for the next one if none
     * runs; each request ends one step at most. Any thread may call it. A decoder that cannot stop inside a step
     * finishes it.
     */
    default void abort() {}

    /** Frees the context. Calling it again has no effect. */
    @Override
    void close();
}
