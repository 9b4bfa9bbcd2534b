package dev.llamero.inference.llama;

import dev.llamero.inference.engine.Batch;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Refuses batches that llama.cpp would end the process for, or compute wrongly. Used on the decoder's thread. */
final class BatchCheck {
    private static final int UNKNOWN = -2;

    private final IntUnaryOperator lastPosition;
    private final int contextTokens;
    private final int batchTokensMax;
    private final int outputsMax;
    private final int vocabularySize;

    /** The last position per sequence; {@link #UNKNOWN} where it was not looked up yet. */
    private final int[] lastPositions;

    /** @param lastPosition gives the last position of a sequence in the cache, -1 if it is empty */
    BatchCheck(
            IntUnaryOperator lastPosition,
            int contextTokens,
            int sequencesMax,
            int batchTokensMax,
            int outputsMax,
            int vocabularySize) {
        this.lastPosition = lastPosition;
        this.contextTokens = contextTokens;
        this.batchTokensMax = batchTokensMax;
        this.outputsMax = outputsMax;
        this.vocabularySize = vocabularySize;
        this.lastPositions = new int[sequencesMax];
    }

    /** Throws an {@link IllegalArgumentException} that names the row. */
    void check(Batch batch) {
        if (batch.size() == 0 || batch.size() > batchTokensMax) {
            throw new IllegalArgumentException("batch of " + batch.size() + " rows, not 1.." + batchTokensMax);
        }
        Arrays.fill(lastPositions, UNKNOWN);
        int outputs = 0;
        for (int row = 0; row < batch.size(); row++) {
            checkRow(batch, row);
            outputs += batch.wantsLogits(row) ? 1 : 0;
        }
        if (outputs > outputsMax) {
            throw new IllegalArgumentException("batch wants logits of " + outputs + " rows, over " + outputsMax);
        }
    }

    private void checkRow(Batch batch, int row) {
        int token = batch.token(row);
        int sequence = batch.sequence(row);
        int position = batch.position(row);
        if (token < 0 || token >= vocabularySize) {
            throw new IllegalArgumentException(
                    "row " + row + ": token " + token + " is not in the vocabulary of " + vocabularySize);
        }
        requireSequence(sequence);
        if (position < 0 || position >= contextTokens) {
            throw new IllegalArgumentException(
                    "row " + row + ": position " + position + " is not in the context of " + contextTokens);
        }
        int last = lastPositions[sequence];
        if (last == UNKNOWN) {
            last = lastPosition.applyAsInt(sequence);
        }
        if (position != last + 1) {
            throw new IllegalArgumentException(
                    "row " + row + ": position " + position + " of sequence " + sequence + " does not follow " + last);
        }
        lastPositions[sequence] = position;
    }

    void requireSequence(int sequence) {
        if (sequence < 0 || sequence >= lastPositions.length) {
            throw new IllegalArgumentException("sequence " + sequence + " is not in 0.." + (lastPositions.length - 1));
        }
    }
}
