package dev.llamero.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of {@link PageCostTest} as Markdown and as a chart. One thread. */
final class PageCostReport {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int TOP = 56;
    private static final int BOTTOM = 40;
    private static final List<String> COLOURS = List.of("#b4552d", "#2b5fa8");

    private final int messages;
    private final int tokens;
    private final List<String> rows = new ArrayList<>();
    private final Map<String, List<Double>> streams = new LinkedHashMap<>();

    PageCostReport(int messages, int tokens) {
        this.messages = messages;
        this.tokens = tokens;
    }

    /** @param before metrics of Chromium's {@code Performance} domain, durations in seconds */
    void opened(String what, Map<String, Double> before, Map<String, Double> after) {
        var row = new StringBuilder("| " + what + " |");
        for (String metric : List.of("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")) {
            row.append(String.format(Locale.ROOT, " %.0f |", (after.get(metric) - before.get(metric)) * 1000));
        }
        rows.add(row.append(String.format(Locale.ROOT, " %.0f |", after.get("Nodes")))
                .toString());
    }

    /** @param millisPer100Tokens script time of each part of the answer, in their order */
    void streamed(String where, List<Double> millisPer100Tokens) {
        streams.put(where, millisPer100Tokens);
    }

    /** Writes {@code README.md} and {@code page-cost.svg}. */
    void write(Path folder, String browser) throws IOException {
        var text = new StringBuilder();
        text.append("# What a long chat costs the browser\n\n");
        text.append(String.format(
                Locale.ROOT,
                "A chat of %,d messages, half of them answers with a table and code; then an answer of %,d tokens of"
                        + " the same kind, 200 a second. Chromium %s, %d processors, headless, through the gateway's"
                        + " WebSocket. Milliseconds of the page's main thread.%n%n",
                messages,
                tokens,
                browser,
                Runtime.getRuntime().availableProcessors()));
        text.append("| Opening | script | style | layout | all tasks | nodes then |\n|---|--:|--:|--:|--:|--:|\n");
        rows.forEach(row -> text.append(row).append('\n'));
        text.append("\nScript time per 100 tokens, for each tenth of the answer:\n\n| Writing |");
        int parts = streams.values().iterator().next().size();
        for (int i = 1; i <= parts; i++) {
            text.append(' ').append(i).append(" |");
        }
        text.append("\n|---|").append("--:|".repeat(parts)).append('\n');
        streams.forEach((where, costs) -> {
            text.append("| ").append(where).append(" |");
            costs.forEach(cost -> text.append(String.format(Locale.ROOT, " %.1f |", cost)));
            text.append('\n');
        });
        text.append("\n![Script time per 100 tokens](page-cost.svg)\n");
        Files.writeString(folder.resolve("README.md"), text);
        Files.writeString(folder.resolve("page-cost.svg"), chart());
    }

    private String chart() {
        double most = streams.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double top = Math.max(1, Math.ceil(most / 10) * 10);
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#444\">\n"
                + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        label(svg, 20, 26, "start", "Script time per 100 tokens (ms), from the first tenth of an answer to the last");
        for (int i = 0; i <= 4; i++) {
            double y = y(top * i / 4, top);
            svg.append(String.format(Locale.ROOT, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>%n", LEFT, y, WIDTH - 20));
            label(svg, LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.0f", top * i / 4));
        }
        int series = 0;
        for (var stream : streams.entrySet()) {
            String colour = COLOURS.get(series % COLOURS.size());
            var path = new StringBuilder();
            for (int i = 0; i < stream.getValue().size(); i++) {
                path.append(String.format(
                        Locale.ROOT,
                        "%s%.1f %.1f",
                        i == 0 ? "M" : "L",
                        x(i, stream.getValue().size()),
                        y(stream.getValue().get(i), top)));
            }
            svg.append("<path d=\"").append(path).append("\" fill=\"none\" stroke-width=\"2.5\" stroke=\"");
            svg.append(colour).append("\"/>\n");
            double legend = LEFT + 20 + 200.0 * series++;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.0f\" y=\"38\" width=\"12\" height=\"4\" fill=\"%s\"/>%n",
                    legend,
                    colour));
            label(svg, legend + 18, 45, "start", stream.getKey());
        }
        label(svg, (LEFT + WIDTH) / 2.0, HEIGHT - 12, "middle", "tenths of the answer, in their order");
        return svg.append("</svg>\n").toString();
    }

    private static double x(int index, int count) {
        return LEFT + 10 + index * (WIDTH - LEFT - 40.0) / Math.max(1, count - 1);
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    }

    private static void label(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }
}
