package dev.llamero.proxy.cli;

import dev.llamero.proxy.callers.Account;
import dev.llamero.proxy.callers.Accounts;
import dev.llamero.proxy.callers.ApiKey;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.proxy.callers.KeyLimits;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One line per key, with what it has used of its budgets as far as the proxy has written that down. */
@Command(name = "list", aliases = "ls", description = "List the keys, their limits and what of their budgets is used.")
final class KeyListCommand implements Runnable {
    @ParentCommand
    private KeyCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        KeyFile file = parent.keys();
        List<ApiKey> keys = file.read().map(KeyFile.Content::keys).orElse(List.of());
        var rows = new ArrayList<String[]>();
        rows.add(new String[] {"ID", "NAME", "LIMITS", "TODAY", "IN ALL", "MODELS", "EXPIRES", "CREATED"});
        try (var accounts = new Accounts(Optional.of(file.usagePath()))) {
            keys.forEach(key -> rows.add(row(key, accounts.of(key.id(), key.limits()))));
        }
        print(spec.commandLine().getOut(), rows);
    }

    private static String[] row(ApiKey key, Account used) {
        return new String[] {
            key.id(),
            key.name(),
            limits(key.limits()),
            used(used.spentToday(), key.limits().tokensPerDay()),
            used(used.spentEver(), key.limits().tokensTotal()),
            key.models().isEmpty() ? "all" : String.join(",", key.models()),
            key.expires()
                    .map(end -> end.truncatedTo(ChronoUnit.SECONDS).toString())
                    .orElse("never"),
            key.created().truncatedTo(ChronoUnit.SECONDS).toString()
        };
    }

    /** What is used is written down for keys with a budget only. */
    private static String used(long tokens, long budget) {
        return budget > 0 ? tokens + "/" + budget : tokens > 0 ? String.valueOf(tokens) : "-";
    }

    private static String limits(KeyLimits limits) {
        var words = new ArrayList<String>();
        add(words, limits.requestsPerMinute(), "requests/min");
        add(words, limits.tokensPerMinute(), "tokens/min");
        add(words, limits.streams(), "streams");
        return words.isEmpty() ? "-" : String.join(", ", words);
    }

    private static void add(List<String> words, long limit, String unit) {
        if (limit > 0) {
            words.add(limit + " " + unit);
        }
    }

    private static void print(PrintWriter out, List<String[]> rows) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 4));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
