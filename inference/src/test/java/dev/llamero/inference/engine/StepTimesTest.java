package dev.llamero.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepTimesTest {
    private static final long TARGET = 50_000_000;

    private final StepTimes times = new StepTimes(StepTimes.ROW_SHARE_CPU);

    /** A machine where a prompt row costs more the deeper the context is. */
    private static long prompt(int rows, int depth) {
        return 7_000_000L + rows * (100_000L + 100L * depth);
    }

    @Test
    void nothingMeasuredPromisesNothing() {
        assertThat(times.answerNanos(3)).isZero();
        assertThat(times.promptRows(TARGET, 1, 0)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void rowsNeverMeasuredFollowTheExpectedShare() {
        times.answered(1, 7_000_000);
        assertThat(times.answerNanos(1)).isEqualTo(7e6);
        assertThat(times.answerNanos(5)).isEqualTo(7e6 * (1 + 4 * StepTimes.ROW_SHARE_CPU));
    }

    @Test
    void measuredRowsReplaceTheExpectation() {
        for (int i = 0; i < 60; i++) {
            times.answered(1, 7_000_000);
            times.answered(8, 8_000_000);
        }
        assertThat(times.answerNanos(1)).isCloseTo(7e6, within(0.4e6));
        assertThat(times.answerNanos(8)).isCloseTo(8e6, within(0.4e6));
    }

    @Test
    void oneHiccupDoesNotStay() {
        for (int i = 0; i < 20; i++) {
            times.answered(1, 7_000_000);
        }
        times.answered(4, 900_000_000);
        for (int i = 0; i < 2000; i++) {
            times.answered(1, 7_000_000);
        }
        assertThat(times.answerNanos(4)).isCloseTo(7e6 * (1 + 3 * StepTimes.ROW_SHARE_CPU), within(1e6));
    }

    @Test
    void aCountThatWasNotMeasuredLearnsFromOthers() {
        for (int i = 0; i < 60; i++) {
            times.answered(1, 7_000_000);
            times.answered(5, 8_000_000);
        }
        assertThat(times.answerNanos(9)).isCloseTo(9e6, within(0.5e6));
    }

    @Test
    void thePromptBudgetShrinksAsTheContextGrows() {
        times.answered(1, 7_000_000);
        for (int depth = 0; depth < 4000; depth += 100) {
            times.prompted(64, depth, prompt(64, depth));
        }
        int shallow = times.promptRows(TARGET, 2, 1000);
        int deep = times.promptRows(TARGET, 2, 16_000);
        assertThat(shallow + 2).isEqualTo(192);
        assertThat(prompt(deep + 2, 16_000)).isCloseTo(TARGET, within(4_000_000L));
        assertThat(deep + 2).isLessThan(StepTimes.ROWS_BLOCK);
    }

    @Test
    void aWholeBlockIsTakenOnceHalfOfOneFits() {
        times.answered(1, 7_000_000);
        for (int i = 0; i < 40; i++) {
            times.prompted(64, 4000, 7_000_000 + 64 * 1_000_000L);
            times.prompted(30, 4000, 7_000_000 + 30 * 1_700_000L);
        }
        assertThat(times.promptRows(7_000_000 + 33 * 1_000_000, 2, 4000)).isEqualTo(62);
        assertThat(times.promptRows(7_000_000 + 31 * 1_000_000, 2, 4000)).isEqualTo(31_000_000 / 1_700_000 - 2);
    }

    @Test
    void aPromptGoesOnWhereAnswersAloneTakeTheWholeTarget() {
        times.answered(1, 10 * TARGET);
        times.prompted(10, 0, 10 * TARGET + 10 * 5_000_000);
        assertThat(times.promptRows(TARGET, 1, 0)).isEqualTo(63);
    }
}
