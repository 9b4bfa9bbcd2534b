package dev.llamero.benchmarks.report;

import java.util.Locale;

/** Writes the elements that our charts have. Colours come from classes, so that one file suits light and dark pages. */
final class Svg {
    private static final String STYLE = """
        <style>
        text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
        .small{font-size:11px;fill:#59636e}
        .title{font-size:16px;font-weight:600}
        .page{fill:#ffffff}
        .grid{stroke:#d1d9e0;stroke-width:1}
        .axis{stroke:#59636e;stroke-width:1.5}
        .band{fill:#818b981f}
        .s0{fill:#6e7781;stroke:#6e7781}
        .s1{fill:#0969da;stroke:#0969da}
        .s2{fill:#bf5700;stroke:#bf5700}
        .s3{fill:#8250df;stroke:#8250df}
        .s4{fill:#1a7f37;stroke:#1a7f37}
        .whisker{stroke:#1f2328;stroke-width:1.5;fill:none}
        @media (prefers-color-scheme:dark){
        text{fill:#f0f6fc}
        .small{fill:#9198a1}
        .page{fill:#0d1117}
        .grid{stroke:#3d444d}
        .axis{stroke:#9198a1}
        .s0{fill:#9198a1;stroke:#9198a1}
        .s1{fill:#4493f8;stroke:#4493f8}
        .s2{fill:#f0883e;stroke:#f0883e}
        .s3{fill:#ab7df8;stroke:#ab7df8}
        .s4{fill:#3fb950;stroke:#3fb950}
        .whisker{stroke:#f0f6fc}
        }
        </style>
        """;
    private static final int CLASSES = 5;

    private final StringBuilder text = new StringBuilder();

    Svg(int width, int height, String title) {
        text.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " role=\"img\">%n",
                width, height, width, height));
        text.append("<title>").append(escape(title)).append("</title>\n").append(STYLE);
        text.append(format("<rect class=\"page\" width=\"%d\" height=\"%d\"/>%n", width, height));
    }

    /** The class of the colour of the n-th server. */
    static String series(int index) {
        return "s" + index % CLASSES;
    }

    Svg label(double x, double y, String anchor, String css, String words) {
        text.append(format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
                x, y, anchor, css, escape(words)));
        return this;
    }

    Svg line(double x1, double y1, double x2, double y2, String css) {
        text.append(
                format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n", x1, y1, x2, y2, css));
        return this;
    }

    Svg box(double x, double y, double width, double height, String css) {
        text.append(format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>%n",
                x, y, Math.max(0, width), height, css));
        return this;
    }

    Svg dot(double x, double y, String css) {
        text.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.8\" class=\"%s\"/>%n", x, y, css));
        return this;
    }

    String end() {
        return text + "</svg>\n";
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern.replace("%n", "\n"), values);
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
