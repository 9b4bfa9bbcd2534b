package dev.llamero.inference.engine;

/**
 * What a step costs on this machine, learned from the steps that ran: the basis of the prompt budget and of the
 * decision whether a draft pays. Engine's thread only; times in nanoseconds.
 *
 * <p>A step of answer rows only is {@code single * factor(rows)}: one row's time follows the depth of the context,
 * while the factors, which change little, forget slowly, so that one bad measurement does not stay. A step with a
 * prompt is
 * {@code single + rows * perRow(depth)}, learned apart for steps of less than a block of rows.
 */
final class StepTimes {
    /** Steps of more answer rows than this count as this many. */
    static final int ROWS_MAX = 64;

    /** On a CPU a second row costs about a quarter of the first (measured: 8 rows 2.9 times one, of a 135M model). */
    static final double ROW_SHARE_CPU = 0.27;

    /** On a GPU a few rows share one reading of the weights. */
    static final double ROW_SHARE_GPU = 0.03;

    private static final double SINGLE_WEIGHT = 0.2;
    private static final double FACTOR_WEIGHT = 0.5;
    private static final double FACTOR_KEPT = 0.998;

    /** Attention on a CPU takes rows in blocks of this many; a part of a block costs nearly as much as a whole. */
    static final int ROWS_BLOCK = 64;

    /** A measurement this many times the expected one is a hiccup of the machine and counts as this much. */
    private static final double HICCUP = 3;

    private final double[] factors = new double[ROWS_MAX + 1];
    /** How far each factor is known, 0 to 1. */
    private final double[] known = new double[ROWS_MAX + 1];

    private final double rowShareExpected;
    /** What a row beside the first adds, as a part of the first one's time. */
    private double rowShare;

    private double single;

    private final RowCost blocks = new RowCost();
    private final RowCost parts = new RowCost();

    StepTimes(double rowShare) {
        this.rowShareExpected = rowShare;
        this.rowShare = rowShare;
    }

    private double factor(int rows) {
        double line = 1 + rowShare * (rows - 1);
        return known[rows] * factors[rows] + (1 - known[rows]) * line;
    }

    /** Learns from a step of answer rows, drafts included, without any prompt. */
    void answered(int rows, long nanos) {
        int row = Math.min(rows, ROWS_MAX);
        if (single == 0) {
            single = nanos / factor(row);
            return;
        }
        double measured = Math.min(nanos, HICCUP * answerNanos(rows));
        if (row > 1) {
            double factor = Math.max(1, measured / single);
            rowShare += FACTOR_WEIGHT * ((factor - 1) / (row - 1) - rowShare);
            factors[row] = factor(row) + FACTOR_WEIGHT * (factor - factor(row));
            known[row] = 1;
        }
        single += SINGLE_WEIGHT * (measured / factor(row) - single);
        rowShare = rowShareExpected + FACTOR_KEPT * (rowShare - rowShareExpected);
        for (int i = 2; i <= ROWS_MAX; i++) {
            known[i] *= FACTOR_KEPT;
        }
    }

    /**
     * Learns from a step with prompt rows.
     *
     * @param rows of prompts and answers together
     * @param depth cells in use, which is what attention reads
     */
    void prompted(int rows, int depth, long nanos) {
        (rows < ROWS_BLOCK ? parts : blocks).measured(depth, Math.max(0, nanos - single) / rows);
    }

    /** Expected time of a step of so many answer rows; 0 if no step was measured yet. */
    double answerNanos(int rows) {
        return single * factor(Math.min(rows, ROWS_MAX));
    }

    /** Expected time that one row adds to a step of so many rows with a prompt; 0 if none was measured yet. */
    double promptRowNanos(int rows, int depth) {
        double block = blocks.at(depth);
        double part = parts.at(depth);
        return rows < ROWS_BLOCK && part > 0 || block == 0 ? part : block;
    }

    /**
     * How many prompt rows a step may carry so that it ends within the target.
     *
     * <p>Where the answers alone take most of the target, the prompt gets as long as they take, so that it goes on. A
     * block is taken as soon as half of one fits: on a CPU attention over some thousand cells costs 1.7 times as much
     * per row in a part of a block, so that most of one takes longer than a whole.
     *
     * @param answerRows rows of answers and drafts in the same step
     * @return at least 1; as many as fit into an int if nothing was measured yet
     */
    int promptRows(long targetNanos, int answerRows, int depth) {
        double perRow = promptRowNanos(ROWS_BLOCK, depth);
        if (perRow == 0) {
            return Integer.MAX_VALUE;
        }
        double nanos = Math.max(targetNanos - single, answerNanos(answerRows));
        int rows = (int) Math.min(Integer.MAX_VALUE, nanos / perRow);
        if (rows < ROWS_BLOCK / 2) {
            return (int) Math.max(1, nanos / promptRowNanos(1, depth) - answerRows);
        }
        return Math.max(1, Math.max(ROWS_BLOCK, rows - rows % ROWS_BLOCK) - answerRows);
    }

    /** Expected time of a step with answers and, if there are any, prompt rows. */
    double stepNanos(int answerRows, int promptRows, int depth) {
        int rows = answerRows + promptRows;
        return promptRows == 0 ? answerNanos(answerRows) : single + rows * promptRowNanos(rows, depth);
    }
}
