package dev.llamero.inference.engine;

import java.time.Duration;

/**
 * How an engine fills its steps, and what it does when there is none to run.
 *
 * @param targetItl longest time between two tokens of a running answer that prompts beside it may cause; above 0
 * @param draftTokensMax most tokens to guess ahead per answer and step; 0 for no speculation
 * @param rowShare what another answer row adds to a step, as a part of the first one's time, before it was measured
 * @param savesAfter how long nothing must have run before idle conversations are copied out of the KV cache
 */
public record StepSettings(Duration targetItl, int draftTokensMax, double rowShare, Duration savesAfter) {
    /** On a GPU prompts are quick enough for steps that a reader does not notice. */
    public static final Duration TARGET_ITL_GPU = Duration.ofMillis(50);

    /**
     * On a CPU short steps are dear: with a small model on two cores, 4000 cells deep, a row costs 6.2 ms in steps of
     * 64, 4.9 in steps of 128, 3.9 in steps of 512. This target makes a long prompt beside others a fifth slower than
     * alone.
     */
    public static final Duration TARGET_ITL_CPU = Duration.ofMillis(700);

    /** Longer drafts than this seldom hold. */
    public static final int DRAFT_TOKENS_DEFAULT = 16;

    /** Whoever sends one request after the other should not wait for a block's copy (5 to 10 ms). */
    public static final Duration SAVES_AFTER = Duration.ofMillis(50);

    public StepSettings {
        if (targetItl.isNegative() || targetItl.isZero()) {
            throw new IllegalArgumentException("targetItl is " + targetItl + ", must be above 0");
        }
        if (savesAfter.isNegative()) {
            throw new IllegalArgumentException("savesAfter is " + savesAfter + ", must be 0 or more");
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
                gpu ? StepTimes.ROW_SHARE_GPU : StepTimes.ROW_SHARE_CPU,
                SAVES_AFTER);
    }

    public StepSettings withTargetItl(Duration target) {
        return new StepSettings(target, draftTokensMax, rowShare, savesAfter);
    }

    public StepSettings withDraftTokensMax(int tokens) {
        return new StepSettings(targetItl, tokens, rowShare, savesAfter);
    }

    public StepSettings withRowShare(double share) {
        return new StepSettings(targetItl, draftTokensMax, share, savesAfter);
    }

    public StepSettings withSavesAfter(Duration quiet) {
        return new StepSettings(targetItl, draftTokensMax, rowShare, quiet);
    }
}
