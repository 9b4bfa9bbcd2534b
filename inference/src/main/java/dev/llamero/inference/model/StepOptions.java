package dev.llamero.inference.model;

import dev.llamero.inference.engine.EngineInfo;
import dev.llamero.inference.engine.StepSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the engines of all models fill their steps. Immutable.
 *
 * @param targetItl longest time between two tokens that prompts may cause; empty for what suits the device
 * @param draftTokensMax most tokens to guess ahead; 0 for none
 * @param draftModel GGUF file of a small model that guesses for those of its vocabulary; empty for none
 */
public record StepOptions(Optional<Duration> targetItl, int draftTokensMax, Optional<Path> draftModel) {
    /** What suits each model. */
    public static final StepOptions DEFAULTS =
            new StepOptions(Optional.empty(), StepSettings.DRAFT_TOKENS_DEFAULT, Optional.empty());

    StepSettings of(EngineInfo info) {
        StepSettings settings = StepSettings.of(info).withDraftTokensMax(draftTokensMax);
        return targetItl.map(settings::withTargetItl).orElse(settings);
    }
}
