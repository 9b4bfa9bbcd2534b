package dev.llamero.benchmarks.report;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Order statistics over figures; those that are no number are left out. */
public final class Statistics {
    private Statistics() {}

    /** Median, least and greatest of some ratios. */
    public record Spread(double median, double least, double greatest) {}

    /**
     * The value below which this share of the values lies, linear between neighbours (as NumPy's default); NaN of none.
     *
     * @param share 0 to 1
     */
    public static double percentile(double[] values, double share) {
        double[] sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** The middle value. */
    public static double median(double[] values) {
        return percentile(values, 0.5);
    }

    /** The mean, NaN of none. */
    public static double mean(double[] values) {
        return Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * Ratios of figures that were measured in the same round. What drifts over a run, such as the machine's clock,
     * divides out.
     */
    public static Spread pairedRatios(double[] figures, double[] base) {
        double[] ratios = IntStream.range(0, Math.min(figures.length, base.length))
                .mapToDouble(i -> figures[i] / base[i])
                .filter(Double::isFinite)
                .toArray();
        return new Spread(median(ratios), percentile(ratios, 0), percentile(ratios, 1));
    }
}
