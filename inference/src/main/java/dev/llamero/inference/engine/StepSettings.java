package dev.llamero.inference.engine;

import java.time.Duration;

/**
 * How an engine fills its steps.
 *
 * @param targetItl longest time between two tokens of a running answer that prompts beside it may cause; above 0
 * @param draftTokensMax most tokens to guess ahead per answer and step; 0 for no speculation
 * @param rowShare what another answer row adds to a step, as a part of the first one's time, before it was measured
 */
public record StepSettings(Duration targetItl, int draftTokensMax, double rowShare) {
    /** On a GPU prompts are quick enough for steps that a reader does not notice. */
    public static final Duration TARGET_ITL_GPU = Duration.ofMillis(50);

    /**
     * On a CPU rows are evaluated well in blocks of 64 only (attention changes its method there), which take 40 to 400
     * ms of a small model on two cores, by the depth of the context; a shorter target would make long prompts much
     * slower.
     */
    public static final Duration TARGET_ITL_CPU = Duration.ofMillis(400);

    /** Longer drafts than this seldom hold. */
    public static final int DRAFT_TOKENS_DEFAULT = 16;

    public StepSettings {
        if (targetItl.isNegative() || targetItl.isZero()) {
            throw new IllegalArgumentException("targetItl is " + targetItl + ", must be above 0");
        }
        if (draftTokensMax < 0 || draftTokensMax >= StepTimes.ROWS_MAX) {
            throw new IllegalArgumentException(
                    "draftTokensMax is " + draftTokensMax + ", must be in 0.." + (StepTimes.ROWS_MAX - 1));
        }
    }

    /** What suits a model on a GPU or on a CPU. */
    public static StepSettings of(EngineInfo info) {
        boolean gpu = info.bytesOnGpu() > 0;
        return new StepSettings(
                gpu ? TARGET_ITL_GPU : TARGET_ITL_CPU,
                DRAFT_TOKENS_DEFAULT,
                gpu ? StepTimes.ROW_SHARE_GPU : StepTimes.ROW_SHARE_CPU);
    }

    public StepSettings withTargetItl(Duration target) {
        return new StepSettings(target, draftTokensMax, rowShare);
    }

    public StepSettings withDraftTokensMax(int tokens) {
        return new StepSettings(targetItl, tokens, rowShare);
    }

    public StepSettings withRowShare(double share) {
        return new StepSettings(targetItl, draftTokensMax, share);
    }
}
