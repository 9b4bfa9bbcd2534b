package dev.llamero.inference.engine;

/**
 * Rows of (token, position, sequence, wants logits) for one step of a {@link Decoder}.
 *
 * <p>Filled and read on the engine's thread only; its arrays are allocated once, for the decoder's largest batch.
 */
public final class Batch {
    private final int[] tokens;
    private final int[] positions;
    private final int[] sequences;
    private final boolean[] logits;
    private int size;

    /** An empty batch that holds up to {@code rowsMax} rows. */
    public Batch(int rowsMax) {
        tokens = new int[rowsMax];
        positions = new int[rowsMax];
        sequences = new int[rowsMax];
        logits = new boolean[rowsMax];
    }

    /**
     * Adds a row and gives its index, by which {@link Decoder#logits} finds its logits after the step.
     *
     * @throws IllegalStateException if the batch is full
     */
    public int add(int token, int position, int sequence, boolean wantsLogits) {
        if (size == tokens.length) {
            throw new IllegalStateException("batch is full at " + size + " rows");
        }
        tokens[size] = token;
        positions[size] = position;
        sequences[size] = sequence;
        logits[size] = wantsLogits;
        return size++;
    }

    /** Removes all rows. */
    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return tokens.length;
    }

    public int token(int row) {
        return tokens[row];
    }

    public int position(int row) {
        return positions[row];
    }

    public int sequence(int row) {
        return sequences[row];
    }

    public boolean wantsLogits(int row) {
        return logits[row];
    }
}
