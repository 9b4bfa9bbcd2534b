package dev.llamero.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where we differ from the recordings on purpose: {@code differences.tsv} has a row for each with the exchange (a star
 * at the end stands for any rest), the aspects and the reason. A row that no longer holds is a failure, like a
 * difference without a row.
 */
final class AcceptedDifferences {
    private final List<Row> rows = new ArrayList<>();

    private record Row(String exchange, Set<String> aspects, String reason) {
        boolean covers(String name) {
            return exchange.endsWith("*")
                    ? name.startsWith(exchange.substring(0, exchange.length() - 1))
                    : name.equals(exchange);
        }
    }

    AcceptedDifferences() throws IOException {
        for (String line : Files.readAllLines(Golden.FOLDER.resolve("differences.tsv"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split("\t");
                assertThat(parts)
                        .as("row \"%s\" has exchange, aspects and reason", line)
                        .hasSize(3);
                rows.add(new Row(parts[0], new TreeSet<>(List.of(parts[1].split(","))), parts[2]));
            }
        }
    }

    /** The aspects in which this exchange may and must differ. */
    Set<String> of(String name) {
        return rows.stream()
                .filter(row -> row.covers(name))
                .findFirst()
                .map(Row::aspects)
                .orElse(Set.of());
    }

    /** Rows that cover none of these exchanges. */
    List<String> unused(List<String> names) {
        return rows.stream()
                .filter(row -> names.stream().noneMatch(row::covers))
                .map(Row::exchange)
                .toList();
    }
}
