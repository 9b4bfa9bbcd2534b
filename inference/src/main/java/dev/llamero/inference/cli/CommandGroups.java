package dev.llamero.inference.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The list of commands in the help, in groups; those that the launcher runs itself are among them. */
final class CommandGroups {
    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

    /** What the launcher runs without {@link LlameroCommand}. */
    static final Map<String, String> LAUNCHED = Map.ofEntries(
            Map.entry("serve", "Start only the model server (Ollama API, 127.0.0.1:11434)."),
            Map.entry("start", "Another name of serve."),
            Map.entry("proxy", "Start only the proxy (OpenAI API, 127.0.0.1:8080)."),
            Map.entry("key", "Make, list and revoke keys for callers of the proxy."),
            Map.entry("user", "Make, list and remove accounts of the chat page."),
            Map.entry("gateway", "Start only the chat page (127.0.0.1:18789)."),
            Map.entry("build", "Build what changed."),
            Map.entry("format", "Format the Java sources."),
            Map.entry("compare", "Measure servers side by side."),
            Map.entry("bench", "Run the JMH benchmarks."),
            Map.entry("soak", "Run the servers for long under load."),
            Map.entry("bench-proxy", "Measure proxies side by side."),
            Map.entry("bench-model", "Write a random model of a given size."));

    static {
        GROUPS.put("Servers", List.of("up", "serve", "proxy", "gateway", "key", "user"));
        GROUPS.put(
                "Models",
                List.of("run", "list", "ps", "show", "pull", "push", "create", "cp", "rm", "stop", "cache", "fit"));
        GROUPS.put("Tools", List.of("doctor", "completion", "build", "help"));
        GROUPS.put("For developers", List.of("format", "compare", "bench", "soak", "bench-proxy", "bench-model"));
    }

    private CommandGroups() {}

    static String text(CommandLine.Help help) {
        var text = new StringBuilder();
        GROUPS.forEach((group, names) -> {
            text.append("%n%s:%n".formatted(group));
            names.forEach(name -> text.append("  %-12s %s%n".formatted(name, description(help, name))));
        });
        return text.toString();
    }

    private static String description(CommandLine.Help help, String name) {
        if (name.equals("help")) {
            return "Show this help, or that of a command.";
        }
        CommandLine command = help.commandSpec().subcommands().get(name);
        return command == null
                ? LAUNCHED.get(name)
                : command.getCommandSpec().usageMessage().description()[0];
    }
}
