package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineException;
import dev.llamero.inference.llama.LlamaRuntime;
import dev.llamero.inference.llama.ModelSettings;
import dev.llamero.inference.llama.OpenModel;
import dev.llamero.models.KvType;
import java.io.IOException;
import java.util.Optional;

/**
 * Opens the small model that guesses ahead for a larger one. Where it cannot, the large one runs without, and a line in
 * the log says why: guesses change when an answer comes, not what it says.
 */
record DraftModels(StepOptions steps, int parallel) {
    private static final System.Logger LOG = System.getLogger(DraftModels.class.getName());

    /**
     * An open model that guesses.
     *
     * @param name what {@code /api/ps} calls it
     */
    record Small(String name, OpenModel model) implements AutoCloseable {
        /** Whether it does so for this one; if not it is closed. */
        boolean guessesFor(LocalModel large, OpenModel open) {
            if (open.decoder().canRollBack()) {
                return true;
            }
            close();
            warn(large, name, "that model's memory cannot be cut");
            return false;
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** What shall guess for a model: what request or Modelfile say, else the setting's file; empty for nothing. */
    Optional<DraftChoice.Named> chosen(LocalModel model, LoadOptions options) {
        if (steps.draftTokensMax() == 0) {
            options.draft().model().ifPresent(small -> warn(model, small.name(), "the setting draft-tokens is 0"));
            return Optional.empty();
        }
        if (options.draft().said()) {
            return options.draft().model();
        }
        return steps.draftModel()
                .map(path -> new DraftChoice.Named(path.getFileName().toString(), path))
                .filter(small -> !small.weights().toAbsolutePath().equals(model.weights()));
    }

    /**
     * Opens what is chosen. It comes before the large model, which then takes of the memory what is left: a small model
     * that lies on another device than a GPU saves no time.
     *
     * @return empty if nothing is chosen or it does not suit; the caller closes it
     */
    Optional<Small> open(LlamaRuntime runtime, LocalModel model, LoadOptions options, EngineFactory.Progress progress) {
        Optional<DraftChoice.Named> chosen = chosen(model, options);
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        DraftChoice.Named small = chosen.get();
        try {
            if (!new SameVocabulary().of(model.weights(), small.weights())) {
                warn(model, small.name(), "its vocabulary is another one");
                return Optional.empty();
            }
            // It may stop the load, but the fraction that is told is the large model's.
            OpenModel open = LlamaEngineFactory.stoppable(
                    model, () -> runtime.open(small.weights(), settings(options), part -> progress.goesOn(0)));
            if (open.decoder().canRollBack()) {
                return Optional.of(new Small(small.name(), open));
            }
            open.close();
            warn(model, small.name(), "its memory cannot be cut");
        } catch (EngineException.Unloadable | IOException e) {
            warn(model, small.name(), e.getMessage());
        }
        return Optional.empty();
    }

    /** Its cache has a place per conversation that runs, and keeps no other. */
    ModelSettings settings(LoadOptions options) {
        return new ModelSettings(
                options.contextTokens(),
                parallel,
                parallel,
                options.gpuLayers() == 0 ? 0 : -1,
                KvType.F16,
                options.threads(),
                options.batchTokens(),
                options.useMmap());
    }

    private static void warn(LocalModel model, String small, String reason) {
        LOG.log(
                System.Logger.Level.WARNING,
                small + " does not guess ahead for " + model.name().display() + ": " + reason);
    }
}
