package dev.llamero.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The gaps between tokens of running streams over time, one panel per server; the band is the time in which a long
 * prompt was computed. The gap's scale is logarithmic, from a millisecond up.
 */
public final class TimelineChart {
    private static final int WIDTH = 860;
    private static final int LEFT = 70;
    private static final int RIGHT = 24;
    private static final int TOP = 64;
    private static final int PANEL = 130;
    private static final int BETWEEN = 46;
    private static final int DECADES_MAX = 5;

    private TimelineChart() {}

    /** The chart of a workload that has time lines. */
    public static String of(Results results, Results.WorkloadResult workload) {
        List<String> names = results.servers().stream()
                .map(Results.ServerInfo::name)
                .filter(workload.timelines()::containsKey)
                .toList();
        double seconds = 0.001;
        double greatest = 10;
        for (Results.Timeline line : workload.timelines().values()) {
            for (double[] point : line.points()) {
                seconds = Math.max(seconds, point[0] / 1000);
                greatest = Math.max(greatest, point[1]);
            }
            seconds = Math.max(seconds, line.to() / 1000);
        }
        int decades = (int) Math.clamp(Math.ceil(Math.log10(greatest)), 1, DECADES_MAX);
        var svg = new Svg(WIDTH, TOP + names.size() * (PANEL + BETWEEN), "Gaps between tokens");
        svg.label(20, 28, "start", "title", "Gap before each token of the running streams");
        svg.label(20, 46, "start", "small", "grey: a long prompt is waiting or being computed; across: seconds");
        double y = TOP;
        for (String name : names) {
            int series = indexOf(results, name);
            panel(svg, name, series, workload.timelines().get(name), y + 18, seconds, decades);
            y += PANEL + BETWEEN;
        }
        return svg.end();
    }

    private static int indexOf(Results results, String name) {
        var all = new ArrayList<String>();
        results.servers().forEach(server -> all.add(server.name()));
        return all.indexOf(name);
    }

    private static void panel(
            Svg svg, String name, int series, Results.Timeline line, double top, double seconds, int decades) {
        double perMilli = (WIDTH - LEFT - RIGHT) / (seconds * 1000);
        double perDecade = (double) PANEL / decades;
        double bottom = top + PANEL;
        svg.label(LEFT, top - 5, "start", "name", name);
        svg.box(LEFT + line.from() * perMilli, top, (line.to() - line.from()) * perMilli, PANEL, "band");
        for (int decade = 0; decade <= decades; decade++) {
            double y = bottom - decade * perDecade;
            svg.line(LEFT, y, WIDTH - RIGHT, y, decade == 0 ? "axis" : "grid");
            svg.label(LEFT - 8, y + 4, "end", "small", duration(decade));
        }
        double step = Math.max(1, Math.ceil(seconds / 12));
        for (double second = 0; second <= seconds; second += step) {
            svg.label(LEFT + second * 1000 * perMilli, bottom + 14, "middle", "small", String.valueOf((int) second));
        }
        for (double[] point : line.points()) {
            double height = Math.clamp(Math.log10(Math.max(1, point[1])), 0, decades) * perDecade;
            svg.dot(LEFT + point[0] * perMilli, bottom - height, Svg.series(series));
        }
    }

    private static String duration(int decade) {
        return decade < 3 ? (int) Math.pow(10, decade) + " ms" : (int) Math.pow(10, decade - 3) + " s";
    }
}
