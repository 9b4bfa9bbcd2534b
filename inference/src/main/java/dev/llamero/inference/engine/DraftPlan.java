package dev.llamero.inference.engine;

import java.util.List;

/**
 * Decides how many guessed tokens a step evaluates, over all answers: as many as make the most tokens per time, by the
 * measured cost of rows and the chance that guesses hold. None where that does not pay. Engine's thread only.
 */
final class DraftPlan {
    /** Drafts must promise so much more than a step without any. */
    private static final double GAIN_MIN = 1.03;

    private final StepTimes times;
    private final Slot[] picks = new Slot[StepTimes.ROWS_MAX];

    DraftPlan(StepTimes times) {
        this.times = times;
    }

    /**
     * Sets the draft rows of slots that decode; their drafts hold proposals.
     *
     * @param rowsMax most rows of answers and drafts together
     * @param promptRows that the step will carry beside
     * @return how many draft rows there are
     */
    int choose(List<Slot> answers, int rowsMax, int promptRows, int depth) {
        int rows = answers.size();
        double single = times.stepNanos(rows, promptRows, depth);
        if (single == 0 || rows == 0) {
            return 0;
        }
        double tokens = rows;
        double best = GAIN_MIN * tokens / single;
        int picked = 0;
        int kept = 0;
        Slot next = likeliest(answers);
        while (next != null && rows + picked < Math.min(rowsMax, StepTimes.ROWS_MAX - 1)) {
            tokens += next.draft.nextReach();
            next.draft.take();
            picks[picked++] = next;
            double rate = tokens / times.stepNanos(rows + picked, promptRows, depth);
            if (rate > best) {
                best = rate;
                kept = picked;
            }
            next = likeliest(answers);
        }
        for (int i = kept; i < picked; i++) {
            picks[i].draft.cut(picks[i].draft.rows() - 1);
        }
        return kept;
    }

    private static Slot likeliest(List<Slot> answers) {
        Slot best = null;
        for (int i = 0; i < answers.size(); i++) {
            Slot slot = answers.get(i);
            if (slot.draft.nextReach() > (best == null ? 0 : best.draft.nextReach())) {
                best = slot;
            }
        }
        return best;
    }
}
