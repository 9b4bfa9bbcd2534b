package dev.llamero.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars of how much better each server is than the first one, per measure. The scale is logarithmic: twice as good and
 * half as good are equally long.
 */
public final class RatioChart {
    private static final int WIDTH = 860;
    private static final int LEFT = 270;
    private static final int RIGHT = 90;
    private static final int TOP = 86;
    private static final int BAR = 14;
    private static final int GAP = 12;

    private RatioChart() {}

    private record Bar(String server, int series, double better, double least, double greatest) {}

    private record Group(String name, List<Bar> bars) {}

    /** The chart, or one with no bars if there is only one server. */
    public static String of(Results results) {
        List<Group> groups = groups(results);
        double reach = groups.stream()
                .flatMap(group -> group.bars().stream())
                .mapToDouble(bar -> Math.max(log2(bar.greatest()), -log2(bar.least())))
                .max()
                .orElse(1);
        int doublings = (int) Math.clamp(Math.ceil(reach), 1, 10);
        boolean worse = groups.stream().flatMap(group -> group.bars().stream()).anyMatch(bar -> bar.least() < 0.97);
        int left = worse
                ? (int) Math.ceil(Math.max(
                        1,
                        groups.stream()
                                .flatMap(group -> group.bars().stream())
                                .mapToDouble(bar -> -log2(bar.least()))
                                .max()
                                .orElse(0)))
                : 0;
        left = Math.min(left, 10);
        int height = TOP
                + 30
                + groups.stream().mapToInt(g -> g.bars().size() * BAR + GAP).sum();
        String base = results.servers().getFirst().name();
        var svg = new Svg(WIDTH, height, "How many times better than " + base);
        svg.label(20, 28, "start", "title", "Times better than " + base + " (= 1), the longer the better");
        legend(svg, results);
        double unit = (double) (WIDTH - LEFT - RIGHT) / (left + doublings);
        double zero = LEFT + left * unit;
        grid(svg, zero, unit, left, doublings, height);
        double y = TOP;
        for (Group group : groups) {
            svg.label(LEFT - 12, y + group.bars().size() * BAR / 2.0 + 4, "end", "name", group.name());
            for (Bar bar : group.bars()) {
                bar(svg, bar, zero, unit, y, left, doublings);
                y += BAR;
            }
            y += GAP;
        }
        return svg.end();
    }

    private static List<Group> groups(Results results) {
        String base = results.servers().getFirst().name();
        var groups = new ArrayList<Group>();
        for (Results.WorkloadResult workload : results.workloads()) {
            for (Results.Figure figure : workload.figures()) {
                var bars = new ArrayList<Bar>();
                for (int i = 1; i < results.servers().size(); i++) {
                    String name = results.servers().get(i).name();
                    Statistics.Spread spread = figure.ratio(name, base);
                    if (Double.isFinite(spread.median()) && spread.least() > 0) {
                        bars.add(
                                figure.higherIsBetter()
                                        ? new Bar(name, i, spread.median(), spread.least(), spread.greatest())
                                        : new Bar(
                                                name,
                                                i,
                                                1 / spread.median(),
                                                1 / spread.greatest(),
                                                1 / spread.least()));
                    }
                }
                if (!bars.isEmpty()) {
                    groups.add(new Group((workload.name() + " " + figure.name()).trim(), bars));
                }
            }
        }
        return groups;
    }

    private static void legend(Svg svg, Results results) {
        double x = 20;
        for (int i = 1; i < results.servers().size(); i++) {
            String name = results.servers().get(i).name();
            svg.box(x, 42, 12, 12, Svg.series(i)).label(x + 18, 53, "start", "name", name);
            x += 40 + 8 * name.length();
        }
        svg.label(x, 53, "start", "small", "median of paired rounds, line from least to greatest");
    }

    private static void grid(Svg svg, double zero, double unit, int left, int right, int height) {
        int step = left + right > 7 ? 2 : 1;
        for (int power = -left; power <= right; power++) {
            if (power % step != 0) {
                continue;
            }
            double x = zero + power * unit;
            svg.line(x, TOP - 8, x, height - 14, power == 0 ? "axis" : "grid");
            svg.label(x, TOP - 12, "middle", "small", power >= 0 ? (1 << power) + "x" : "1/" + (1 << -power));
        }
    }

    private static void bar(Svg svg, Bar bar, double zero, double unit, double y, int left, int right) {
        double end = zero + Math.clamp(log2(bar.better()), -left, right) * unit;
        svg.box(Math.min(zero, end), y + 1, Math.abs(end - zero), BAR - 2, Svg.series(bar.series()));
        double from = zero + Math.clamp(log2(bar.least()), -left, right) * unit;
        double to = zero + Math.clamp(log2(bar.greatest()), -left, right) * unit;
        double middle = y + BAR / 2.0;
        svg.line(from, middle, to, middle, "whisker");
        double words = Math.max(Math.max(end, to), zero) + 6;
        svg.label(words, middle + 4, "start", "small", String.format(Locale.ROOT, "%.2f", bar.better()));
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
