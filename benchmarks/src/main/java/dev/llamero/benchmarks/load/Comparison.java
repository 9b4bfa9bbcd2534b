package dev.llamero.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of one workload, per server and round; the first server is what others are compared with. */
final class Comparison {
    private final Workload workload;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    Comparison(Workload workload) {
        this.workload = workload;
    }

    void add(String server, double figure) {
        figures.computeIfAbsent(server, name -> new ArrayList<>()).add(figure);
    }

    /** One row per server: median figure, and the ratio to the first server in the same round as median and range. */
    List<String> rows() {
        var rows = new ArrayList<String>();
        List<Double> base = figures.values().iterator().next();
        figures.forEach((server, values) -> {
            double[] ratios = new double[values.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = values.get(i) / base.get(i);
            }
            Arrays.sort(ratios);
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f %s | %.2f (%.2f to %.2f) |",
                    workload.name(),
                    server,
                    median(values.stream().mapToDouble(Double::doubleValue).toArray()),
                    workload.unit(),
                    median(ratios),
                    ratios[0],
                    ratios[ratios.length - 1]));
        });
        return rows;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
