package dev.llamero.proxy.figures;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One page in Prometheus's text format, version 0.0.4. One page, one thread. */
public final class PrometheusText {
    /** Content type of the page. */
    public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(8192);

    /** A family begins: its samples follow. */
    public PrometheusText family(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** @param labels as {@link #labels} writes them */
    public void sample(String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(number(value)).append('\n');
    }

    /** A family of histograms, by their labels. */
    public void histograms(String name, String help, Map<String, Histogram> byLabels) {
        family(name, "histogram", help);
        byLabels.forEach((labels, histogram) -> histogram.write(this, name, labels));
    }

    /** Names and values in turn, as text for {@link #sample}. */
    public static String labels(String... namesAndValues) {
        var text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(i == 0 ? "" : ",")
                    .append(namesAndValues[i])
                    .append("=\"")
                    .append(namesAndValues[i + 1]
                            .replace("\\", "\\\\")
                            .replace("\"", "\\\"")
                            .replace("\n", "\\n"))
                    .append('"');
        }
        return text.toString();
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    /** The page. */
    public byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
