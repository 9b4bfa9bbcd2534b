package dev.llamero.inference.http;

import dev.llamero.inference.engine.Embedder;
import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * An embedder that answers as the test says, or not at all. Its tokens are the bytes of a text between {@code ^} and
 * {@code $}.
 */
final class ScriptedEmbedder implements Embedder {
    final List<CompletableFuture<List<float[]>>> results = new CopyOnWriteArrayList<>();
    final List<List<int[]>> asked = new CopyOnWriteArrayList<>();
    private final int inputTokensMax;
    /** Null leaves requests unanswered. */
    volatile Function<int[], float[]> answer = input -> new float[] {3, 4};

    volatile boolean closed;

    ScriptedEmbedder(int inputTokensMax) {
        this.inputTokensMax = inputTokensMax;
    }

    @Override
    public int inputTokensMax() {
        return inputTokensMax;
    }

    @Override
    public Future<List<float[]>> submit(List<int[]> inputs) {
        if (closed) {
            throw new EngineException.Closed("the engine is closed");
        }
        asked.add(inputs);
        var result = new CompletableFuture<List<float[]>>();
        if (answer != null) {
            var vectors = new ArrayList<float[]>();
            inputs.forEach(input -> vectors.add(answer.apply(input)));
            result.complete(vectors);
        }
        results.add(result);
        return result;
    }

    /** The texts of the last request, as the model saw them. */
    List<String> lastTexts() {
        return asked.getLast().stream()
                .map(input -> {
                    var text = new StringBuilder();
                    for (int token : input) {
                        text.append((char) token);
                    }
                    return text.toString();
                })
                .toList();
    }

    @Override
    public Tokenizer tokenizer() {
        return new Tokenizer() {
            @Override
            public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
                return ScriptedEngine.ByteTokenizer.INSTANCE.encode(
                        addSpecial ? "^" + text + "$" : text, addSpecial, parseSpecial);
            }

            @Override
            public byte[] bytes(int token, boolean renderSpecial) {
                return new byte[] {(byte) token};
            }

            @Override
            public boolean endsGeneration(int token) {
                return false;
            }

            @Override
            public int vocabularySize() {
                return 256;
            }
        };
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo("scripted", inputTokensMax, 1, 500, 0);
    }

    @Override
    public void close() {
        closed = true;
    }
}
