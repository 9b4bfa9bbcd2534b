package dev.llamero.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** Results as Markdown tables. */
public final class Table {
    private static final double MIB = 1024 * 1024;

    private Table() {}

    /** One row per measure and server. */
    public static String of(Results results) {
        var text = new StringBuilder(header(results));
        for (Results.WorkloadResult workload : results.workloads()) {
            text.append(rows(results, workload));
        }
        return text.toString();
    }

    /** The two head lines. */
    public static String header(Results results) {
        return "| workload | server | median | ratio to "
                + results.servers().getFirst().name()
                + " | CPU s per round | peak memory |\n| --- | --- | --- | --- | --- | --- |\n";
    }

    /** The lines of one workload. */
    public static String rows(Results results, Results.WorkloadResult workload) {
        var text = new StringBuilder();
        String base = results.servers().getFirst().name();
        for (Results.Figure figure : workload.figures()) {
            for (String server : names(results)) {
                if (figure.rounds().containsKey(server)) {
                    text.append(row(workload, figure, server, base));
                }
            }
        }
        return text.toString();
    }

    private static String row(Results.WorkloadResult workload, Results.Figure figure, String server, String base) {
        Results.Usage usage = workload.usage().getOrDefault(server, new Results.Usage(0, 0));
        // Processor and memory belong to the whole workload and stand in its first measure's rows.
        boolean first = figure == workload.figures().getFirst();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s |%n",
                (workload.name() + " " + figure.name()).trim(),
                server,
                number(figure.median(server), figure.unit()),
                server.equals(base) ? "1" : ratio(figure.ratio(server, base)),
                first && usage.cpuSeconds() > 0 ? String.format(Locale.ROOT, "%.2f", usage.cpuSeconds()) : "",
                first && usage.peakResidentBytes() > 0 ? Math.round(usage.peakResidentBytes() / MIB) + " MiB" : "");
    }

    private static List<String> names(Results results) {
        return results.servers().stream().map(Results.ServerInfo::name).toList();
    }

    static String number(double value, String unit) {
        if (Double.isNaN(value)) {
            return "-";
        }
        String digits = Math.abs(value) >= 1000 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits, value) + (unit.isEmpty() ? "" : " " + unit);
    }

    private static String ratio(Statistics.Spread spread) {
        return Double.isNaN(spread.median())
                ? "-"
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", spread.median(), spread.least(), spread.greatest());
    }
}
