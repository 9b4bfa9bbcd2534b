package dev.llamero.inference.llama;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.llamero.inference.engine.Batch;
import dev.llamero.inference.engine.Decoder;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Models and steps that the native tests share. */
final class TestModels {
    static final String SMOLLM = "SmolLM2-135M-Instruct.Q4_1.gguf";
    static final String QWEN = "tiny-qwen3-poc.gguf";
    static final String EMBEDDER = "all-minilm-l6-v2-f16.gguf";

    private static final Path SHARED = Path.of("../../shared/models");
    private static final long SEED = 7;
    private static Path toy;

    private TestModels() {}

    static LlamaRuntime runtime() {
        return LlamaRuntime.load(NativeSettings.fromEnvironment(Map.of()));
    }

    /** A model of the shared folder; the test is skipped where that is absent. */
    static Path shared(String name) {
        Path path = SHARED.resolve(name);
        assumeTrue(Files.exists(path), () -> "skipped: no model at " + path.toAbsolutePath());
        return path;
    }

    /** A model of random weights that is always there. */
    static synchronized Path toy() {
        try {
            if (toy == null) {
                Path folder = Files.createTempDirectory("llamero-toy");
                Path file = folder.resolve("toy.gguf");
                ToyModel.write(file, SEED);
                file.toFile().deleteOnExit();
                folder.toFile().deleteOnExit();
                toy = file;
            }
            return toy;
        } catch (IOException e) {
            throw new IllegalStateException("cannot write the toy model", e);
        }
    }

    static ModelSettings settings(int contextTokens, int sequences) {
        return new ModelSettings(contextTokens, 1, sequences, 0, KvType.F16, 1, 128, true);
    }

    static OpenModel open(Path path) {
        return runtime().open(path, settings(512, 4), LoadProgress.NONE);
    }

    /** Evaluates tokens of one sequence from a position on, and gives the likeliest next token. */
    static int step(Decoder decoder, int sequence, int position, int... tokens) {
        Batch batch = new Batch(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            batch.add(tokens[i], position + i, sequence, i == tokens.length - 1);
        }
        Decoder.Outcome outcome = decoder.decode(batch);
        if (outcome != Decoder.Outcome.DONE) {
            throw new IllegalStateException("the step ended with " + outcome);
        }
        return likeliest(logits(decoder, tokens.length - 1));
    }

    static float[] logits(Decoder decoder, int row) {
        float[] logits = new float[decoder.vocabularySize()];
        decoder.logits(row, logits);
        return logits;
    }

    static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    /** Greedy continuation of a prompt in an empty sequence, which holds prompt and answer afterwards. */
    static int[] greedy(Decoder decoder, int sequence, int[] prompt, int count) {
        int[] answer = new int[count];
        int next = step(decoder, sequence, 0, prompt);
        for (int i = 0; i < count; i++) {
            answer[i] = next;
            next = step(decoder, sequence, prompt.length + i, next);
        }
        return answer;
    }
}
