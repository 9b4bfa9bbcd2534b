package dev.llamero.models;

import java.util.Arrays;

/** Gives a tensor's numbers row by row, so that a large model is written without holding it. */
@FunctionalInterface
public interface TensorRows {
    /**
     * Fills one row.
     *
     * @param row index of the row, asked for in ascending order
     * @param values to be filled wholly; reused between rows
     */
    void fill(long row, float[] values);

    /** Rows of numbers that are in memory. */
    static TensorRows of(float[] numbers) {
        return (row, values) ->
                System.arraycopy(numbers, Math.toIntExact(row * values.length), values, 0, values.length);
    }

    /** The same number everywhere. */
    static TensorRows filled(float number) {
        return (row, values) -> Arrays.fill(values, number);
    }
}
