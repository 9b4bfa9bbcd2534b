package dev.llamero.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with {@code results.json}, {@code README.md} and the charts. */
public final class ResultsFolder {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ResultsFolder() {}

    /** Writes everything. */
    public static void write(Path folder, Results results) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("results.json"), json(results));
        render(folder, results);
    }

    /** Writes table and charts again from {@code results.json}. */
    public static Results render(Path folder) throws IOException {
        Path file = folder.resolve("results.json");
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(folder + " has no results.json");
        }
        Results results = JSON.readValue(file.toFile(), Results.class);
        render(folder, results);
        return results;
    }

    private static void render(Path folder, Results results) throws IOException {
        Files.writeString(folder.resolve("ratios.svg"), RatioChart.of(results));
        for (Results.WorkloadResult workload : results.workloads()) {
            if (!workload.timelines().isEmpty()) {
                Files.writeString(timeline(folder, workload), TimelineChart.of(results, workload));
            }
        }
        Files.writeString(folder.resolve("README.md"), readme(results));
    }

    private static Path timeline(Path folder, Results.WorkloadResult workload) {
        return folder.resolve(workload.name() + ".svg");
    }

    /** One line per workload, so that a later run's difference can be read. */
    private static String json(Results results) throws IOException {
        ObjectMapper lines = JSON.copy().disable(SerializationFeature.INDENT_OUTPUT);
        return lines.writeValueAsString(results).replace("{\"name\":\"w", "\n{\"name\":\"w") + "\n";
    }

    private static String readme(Results results) {
        var text = new StringBuilder("# Comparison of ")
                .append(results.started(), 0, 10)
                .append("\n\n");
        if (results.quick()) {
            text.append("**Quick run**: workloads were cut short. It shows that everything runs, not how fast.\n\n");
        }
        text.append("![ratios](ratios.svg)\n\n").append(Table.of(results));
        text.append("\nFigures are medians over the rounds; ratios are medians of the ratios of each round, with the"
                + " least and the greatest. CPU and memory are those of the server's processes.\n");
        for (Results.WorkloadResult workload : results.workloads()) {
            if (!workload.timelines().isEmpty()) {
                text.append("\n![")
                        .append(workload.name())
                        .append("](")
                        .append(workload.name())
                        .append(".svg)\n");
            }
        }
        text.append("\n## Workloads\n\n");
        for (Results.WorkloadResult workload : results.workloads()) {
            text.append("- **").append(workload.name()).append("**: ").append(workload.about());
            text.append(" (").append(workload.setup()).append(")");
            workload.notes().forEach(note -> text.append("\n  - ").append(note));
            text.append('\n');
        }
        text.append("\n## Servers\n\n");
        for (Results.ServerInfo server : results.servers()) {
            text.append("- **").append(server.name()).append("** (").append(server.kind());
            text.append(server.version().isEmpty() ? ")" : ", " + server.version() + ")");
            text.append(server.settings().isEmpty() ? "\n" : ": `" + server.settings() + "`\n");
        }
        text.append("\n## Machine\n\n");
        results.machine()
                .forEach((name, value) -> text.append("- ")
                        .append(name)
                        .append(": ")
                        .append(value)
                        .append('\n'));
        text.append("\nMade by `").append(results.command()).append("`, seed ").append(results.seed());
        return text.append(", ").append(results.started()).append(".\n").toString();
    }
}
