package dev.llamero.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Gives each input the vector (its first token, its length), and remembers what it was asked for in each step. */
final class FakeEncoder implements VectorEncoder {
    static final int VOCABULARY = 1_000;

    /** First tokens of the inputs of each step. */
    final List<List<Integer>> steps = new CopyOnWriteArrayList<>();

    private final int inputsMax;
    private final int tokensMax;
    volatile Runnable beforeStep = () -> {};
    volatile RuntimeException failure;
    volatile boolean closed;
    private volatile Thread owner;

    FakeEncoder(int inputsMax, int tokensMax) {
        this.inputsMax = inputsMax;
        this.tokensMax = tokensMax;
    }

    @Override
    public List<float[]> encode(List<int[]> inputs) {
        requireOwner();
        int tokens = inputs.stream().mapToInt(input -> input.length).sum();
        if (inputs.isEmpty() || inputs.size() > inputsMax || tokens > tokensMax || closed) {
            throw new IllegalArgumentException(inputs.size() + " inputs with " + tokens + " tokens");
        }
        steps.add(inputs.stream().map(input -> input[0]).toList());
        beforeStep.run();
        if (failure != null) {
            throw failure;
        }
        var vectors = new ArrayList<float[]>();
        inputs.forEach(input -> vectors.add(new float[] {input[0], input.length}));
        return vectors;
    }

    private void requireOwner() {
        if (owner == null) {
            owner = Thread.currentThread();
        }
        if (owner != Thread.currentThread()) {
            throw new IllegalStateException("called from two threads");
        }
    }

    @Override
    public int inputsMax() {
        return inputsMax;
    }

    @Override
    public int tokensMax() {
        return tokensMax;
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public void close() {
        closed = true;
    }
}
