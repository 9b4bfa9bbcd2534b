package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.engine.Tokenizer;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.KvType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Opens the small model that guesses ahead for larger ones. Where it cannot, the large one runs without, and a line in
 * the log says why.
 */
record DraftModels(StepOptions steps, int parallel) {
    private static final System.Logger LOG = System.getLogger(DraftModels.class.getName());

    /** The small model for one that was opened; empty if none is set or it does not suit. The caller closes it. */
    Optional<OpenModel> open(
            LlamaRuntime runtime,
            LocalModel model,
            OpenModel large,
            LoadOptions options,
            EngineFactory.Progress progress) {
        Optional<Path> file =
                steps.draftModel().filter(path -> !path.toAbsolutePath().equals(model.weights()));
        if (file.isEmpty() || steps.draftTokensMax() == 0 || !large.decoder().canRollBack()) {
            return Optional.empty();
        }
        try {
            var settings = new ModelSettings(
                    large.info().contextTokens(),
                    parallel,
                    parallel,
                    options.gpuLayers(),
                    KvType.F16,
                    options.threads(),
                    options.batchTokens(),
                    options.useMmap());
            OpenModel small =
                    LlamaEngineFactory.stoppable(model, () -> runtime.open(file.get(), settings, progress::goesOn));
            if (small.decoder().canRollBack() && sameVocabulary(small.tokenizer(), large.tokenizer())) {
                return Optional.of(small);
            }
            small.close();
            warn(model, "its vocabulary is another one, or its memory cannot be cut");
        } catch (EngineException.Unloadable e) {
            warn(model, e.getMessage());
        }
        return Optional.empty();
    }

    private void warn(LocalModel model, String reason) {
        LOG.log(
                System.Logger.Level.WARNING,
                steps.draftModel().orElseThrow() + " does not guess ahead for "
                        + model.name().display() + ": " + reason);
    }

    /** Whether each token stands for the same bytes, and ends an answer, in both. */
    static boolean sameVocabulary(Tokenizer one, Tokenizer other) {
        if (one.vocabularySize() != other.vocabularySize()) {
            return false;
        }
        for (int token = 0; token < one.vocabularySize(); token++) {
            boolean same = one.endsGeneration(token) == other.endsGeneration(token)
                    && Arrays.equals(one.bytes(token, true), other.bytes(token, true));
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
