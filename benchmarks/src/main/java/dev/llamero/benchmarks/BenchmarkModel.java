package dev.llamero.benchmarks;

import dev.llamero.inference.engine.BatchingEngine;
import dev.llamero.inference.engine.Engine;
import dev.llamero.inference.engine.EngineLimits;
import dev.llamero.inference.engine.Generation;
import dev.llamero.inference.engine.GenerationRequest;
import dev.llamero.inference.engine.SamplingSettings;
import dev.llamero.inference.engine.TokenEvent;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.LoadProgress;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.NativeSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.KvType;
import dev.llamero.models.ToyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The model that native benchmarks run: the file named by the system property {@code llamero.benchmark.model}, or a toy
 * model, whose figures show our own cost and little of ggml's.
 */
final class BenchmarkModel {
    static final String MODEL_PROPERTY = "llamero.benchmark.model";
    static final int CONTEXT_TOKENS = 4096;
    static final int PARALLEL = 8;
    private static final long PARKED_BYTES_MAX = 1L << 30;

    private BenchmarkModel() {}

    /** Opens the model; whoever calls this closes it, or hands it to an engine that does. */
    static OpenModel open() {
        var settings = new ModelSettings(
                CONTEXT_TOKENS, PARALLEL, 4 * PARALLEL, ModelSettings.ALL_THAT_FIT, KvType.F16, 0, 512, true);
        return LlamaRuntime.load(NativeSettings.fromEnvironment(System.getenv()))
                .open(file(), settings, LoadProgress.NONE);
    }

    /** An engine over an opened model. */
    static Engine engine(OpenModel model) {
        return new BatchingEngine(
                "benchmark",
                model.decoder(),
                model.tokenizer(),
                model.info(),
                new EngineLimits(PARALLEL, 64, model.info().contextTokens(), PARKED_BYTES_MAX));
    }

    /** The file to run. */
    static Path file() {
        String named = System.getProperty(MODEL_PROPERTY, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        try {
            Path toy = Files.createTempFile("llamero-benchmark", ".gguf");
            ToyModel.write(toy, 1);
            toy.toFile().deleteOnExit();
            return toy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ordinary tokens of a vocabulary, at random. */
    static int[] tokens(OpenModel model, int count, SplittableRandom random) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            do {
                tokens[i] = random.nextInt(model.tokenizer().vocabularySize());
            } while (model.tokenizer().endsGeneration(tokens[i])
                    || model.tokenizer().bytes(tokens[i], false).length == 0);
        }
        return tokens;
    }

    /** A greedy request. */
    static GenerationRequest request(String promptText, int[] tokens, int tokensMax) {
        return new GenerationRequest(
                "benchmark", promptText, tokens, SamplingSettings.GREEDY, List.of(), tokensMax, 0, false, -1, null, "");
    }

    /** Reads an answer to its end and gives its number of characters. */
    static int drain(Generation generation) throws InterruptedException {
        int length = 0;
        while (true) {
            switch (generation.next()) {
                case TokenEvent.Piece piece -> length += piece.text().length();
                case TokenEvent.Finish finish -> {
                    return length + finish.statistics().generatedTokens();
                }
                case TokenEvent.Failure failure -> throw failure.cause();
            }
        }
    }
}
