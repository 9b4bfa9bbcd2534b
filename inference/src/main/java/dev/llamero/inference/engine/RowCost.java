package dev.llamero.inference.engine;

/**
 * What one row of a prompt costs at a depth of the context: a line through the latest measurements, newer ones counting
 * more. Engine's thread only; nanoseconds over cells.
 */
final class RowCost {
    private static final double DECAY = 0.85;

    /** A measurement this many times the expected one is a hiccup of the machine and counts as this much. */
    private static final double HICCUP = 3;

    /** Below a spread of some cells the slope would be noise. */
    private static final double VARIANCE_MIN = 1000;

    private double weight;
    private double depths;
    private double costs;
    private double depthsSquared;
    private double depthsCosts;

    void measured(int depth, double nanosPerRow) {
        double expected = at(depth);
        double cost = expected == 0 ? nanosPerRow : Math.min(nanosPerRow, HICCUP * expected);
        weight = weight * DECAY + 1;
        depths = depths * DECAY + depth;
        costs = costs * DECAY + cost;
        depthsSquared = depthsSquared * DECAY + (double) depth * depth;
        depthsCosts = depthsCosts * DECAY + depth * cost;
    }

    /** Expected nanoseconds per row; 0 if none was measured yet. */
    double at(int depth) {
        if (weight == 0) {
            return 0;
        }
        double meanDepth = depths / weight;
        double meanCost = costs / weight;
        double variance = depthsSquared / weight - meanDepth * meanDepth;
        double covariance = depthsCosts / weight - meanDepth * meanCost;
        double slope = variance < VARIANCE_MIN ? 0 : Math.max(0, covariance / variance);
        return Math.max(meanCost / HICCUP, meanCost + slope * (depth - meanDepth));
    }
}
