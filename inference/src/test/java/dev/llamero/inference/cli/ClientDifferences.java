package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where our client's output differs from the recordings on purpose: {@code differences.tsv} has a row for each with the
 * aspect and the reason. All but the aspect is compared to the byte; an aspect that does not differ is a failure too.
 */
final class ClientDifferences {
    static final String NOT_COMPARED = "not-compared";
    private static final Pattern TIME =
            Pattern.compile("((About an?|Less than a|\\d+) \\w+ (ago|from now)| {2,}) *$", Pattern.MULTILINE);
    private static final Pattern MEMORY = Pattern.compile("\\d+(\\.\\d)? [KMG]B +\\d+%(/\\d+%)? (CPU/GPU|CPU|GPU)");
    private static final Pattern NUMBER = Pattern.compile("[0-9.]+(µs|ms|s| tokens/s)\n");

    private final Map<String, Set<String>> aspects = new HashMap<>();

    ClientDifferences() throws IOException {
        for (String line : Files.readAllLines(Recording.FOLDER.resolve("differences.tsv"))) {
            if (!line.startsWith("#")) {
                String[] parts = line.split("\t");
                assertThat(parts).as(line).hasSize(3);
                aspects.computeIfAbsent(parts[0], name -> new TreeSet<>()).add(parts[1]);
            }
        }
    }

    Set<String> of(String name) {
        return aspects.getOrDefault(name, Set.of());
    }

    /** Compares what we printed with a recording. */
    void check(String name, Recording recorded, ClientRun ours) {
        assertThat(ours.code())
                .as("exit code of %s, which printed %s", name, ours)
                .isEqualTo(recorded.code());
        if (of(name).isEmpty()) {
            assertThat(ours.out())
                    .as("output of %s, which also printed %s", name, ours.err())
                    .isEqualTo(recorded.out());
            assertThat(ours.err()).as("errors of %s", name).isEqualTo(recorded.err());
            return;
        }
        assertThat(ours.out() + ours.err())
                .as("%s has a row in differences.tsv and does not differ", name)
                .isNotEqualTo(recorded.out() + recorded.err());
        String out = recorded.out();
        if (of(name).contains("rows")) {
            out = withRowsOf(ours.out(), out);
        }
        assertThat(masked(name, ours.out())).as("output of %s", name).isEqualTo(masked(name, asOurs(name, out)));
        assertThat(masked(name, ours.err()))
                .as("errors of %s", name)
                .isEqualTo(masked(name, asOurs(name, recorded.err())));
    }

    /** Without rows whose first cell the other table does not have. */
    private static String withRowsOf(String other, String table) {
        var names = new HashSet<String>();
        other.lines().forEach(line -> names.add(line.split(" ")[0]));
        return table.lines()
                .filter(line -> names.contains(line.split(" ")[0]))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private String asOurs(String name, String text) {
        String changed = text;
        if (of(name).contains("thinking")) {
            changed =
                    changed.replace("<think>\n", "Thinking...\n").replace("\n</think>\n\n", "\n...done thinking.\n\n");
        }
        if (of(name).contains("hidden")) {
            changed = changed.replaceAll("(?s)<think>.*</think>\n\n", "");
        }
        return of(name).contains("program") ? changed.replace("ollama", "llamero") : changed;
    }

    private String masked(String name, String text) {
        String changed = text;
        if (of(name).contains("times")) {
            changed = TIME.matcher(changed).replaceAll("<time>");
        }
        if (of(name).contains("memory")) {
            changed = MEMORY.matcher(changed).replaceAll("<memory>").replaceAll(" +", " ");
        }
        return of(name).contains("numbers") ? NUMBER.matcher(changed).replaceAll("<number>\n") : changed;
    }
}
