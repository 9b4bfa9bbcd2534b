package dev.llamero.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

/** Figures, table and charts of results that are known. {@code -Dllamero.golden=write} rewrites the charts. */
class ReportTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/llamero/benchmarks/report");

    @Test
    void percentilesAreLinearBetweenRanks() {
        double[] values = {4, 1, 3, 2, Double.NaN};
        assertThat(Statistics.median(values)).isEqualTo(2.5);
        assertThat(Statistics.percentile(values, 0)).isEqualTo(1);
        assertThat(Statistics.percentile(values, 0.99)).isEqualTo(3.97, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(Statistics.percentile(new double[0], 0.5)).isNaN();
    }

    @Test
    void ratiosArePairedByRound() {
        // Medians are 20 and 20, but round by round the second is twice, as much, half.
        var spread = Statistics.pairedRatios(new double[] {20, 20, 20}, new double[] {10, 20, 40});
        assertThat(spread).isEqualTo(new Statistics.Spread(1, 0.5, 2));
        var missing = Statistics.pairedRatios(new double[] {Double.NaN, 30}, new double[] {10, 20});
        assertThat(missing).isEqualTo(new Statistics.Spread(1.5, 1.5, 1.5));
    }

    @Test
    void tableHasOneRowPerMeasureAndServer() {
        assertThat(Table.of(results())).isEqualTo("""
            | workload | server | median | ratio to peer | CPU s per round | peak memory |
            | --- | --- | --- | --- | --- | --- |
            | w5-mixed ITL p99 | peer | 6500 ms | 1 | 9.50 | 2700 MiB |
            | w5-mixed ITL p99 | ours <& co> | 65.0 ms | 0.01 (0.01 to 0.02) | 8.00 | 1200 MiB |
            | w5-mixed output | peer | 80.0 tok/s | 1 |  |  |
            | w5-mixed output | ours <& co> | 72.0 tok/s | 0.90 (0.80 to 1.10) |  |  |
            | w9-repeat runs per token | peer | 1.00 | 1 |  |  |
            | w9-repeat runs per token | ours <& co> | - | - |  |  |
            """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ratios.svg", "timeline.svg"})
    void chartsAreWellFormedAndAsBefore(String name) throws Exception {
        Results results = results();
        String drawn = name.equals("ratios.svg")
                ? RatioChart.of(results)
                : TimelineChart.of(results, results.workloads().getFirst());
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(drawn)));
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(drawn)
                .contains("prefers-color-scheme:dark", "ours &lt;&amp; co&gt;")
                .doesNotContain("NaN");
        Path golden = GOLDEN.resolve(name);
        if ("write".equals(System.getProperty("llamero.golden"))) {
            Files.writeString(golden, drawn);
        }
        assertThat(drawn).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
    }

    @Test
    void betterIsRightOfOneWhicheverWayItCounts() throws Exception {
        String chart = RatioChart.of(results());
        // Shorter gaps are better: 0.01 is drawn as a hundred times. Less output is worse.
        assertThat(chart).contains(">100.00<", ">0.90<");
    }

    @Test
    void oneServerAloneMakesAChartWithoutBars() throws IOException {
        Results all = results();
        var alone = new Results(
                all.started(), "", false, 1, all.machine(), all.servers().subList(0, 1), all.workloads());
        assertThat(RatioChart.of(alone)).contains("</svg>").doesNotContain("class=\"s1\"");
    }

    private static Results results() {
        var gaps = new Results.Figure(
                "ITL p99",
                "ms",
                false,
                Map.of("peer", List.of(6500.0, 6500.0, 6500.0), "ours <& co>", List.of(65.0, 65.0, 130.0)));
        var output = new Results.Figure(
                "output",
                "tok/s",
                true,
                Map.of("peer", List.of(80.0, 80.0, 80.0), "ours <& co>", List.of(72.0, 64.0, 88.0)));
        var runs = new Results.Figure(
                "runs per token", "", false, Map.of("peer", List.of(1.0), "ours <& co>", Arrays.asList(new Double[] {
                    null
                })));
        var line = new Results.Timeline(
                List.of(new double[] {20, 10}, new double[] {30, 10}, new double[] {6530, 6500}), 25, 6600);
        var mixed = new Results.WorkloadResult(
                "w5-mixed",
                "about",
                "setup",
                List.of(gaps, output),
                Map.of("peer", new Results.Usage(9.5, 2700L << 20), "ours <& co>", new Results.Usage(8, 1200L << 20)),
                Map.of(),
                Map.of("peer", line, "ours <& co>", new Results.Timeline(List.of(new double[] {20, 60}), 25, 7000)),
                List.of());
        var repeat = new Results.WorkloadResult(
                "w9-repeat", "about", "setup", List.of(runs), Map.of(), Map.of(), Map.of(), List.of());
        return new Results(
                "2026-01-02T03:04:05Z",
                "compare",
                false,
                1,
                Map.of("cores", "2"),
                List.of(
                        new Results.ServerInfo("peer", "llama-server", "", ""),
                        new Results.ServerInfo("ours <& co>", "ollama", "", "")),
                List.of(mixed, repeat));
    }
}
