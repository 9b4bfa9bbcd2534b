package dev.llamero.inference.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of every command that is not itself a server. */
@Command(
        name = "llamero",
        description = "Runs open models on one machine.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {UpCommand.class, FitCommand.class, CommandLine.HelpCommand.class},
        footer = {
            "",
            "Also, run directly by the launcher:",
            "  serve    only the model server (Ollama API, 127.0.0.1:11434)",
            "  proxy    only the proxy (OpenAI API, 127.0.0.1:8080)",
            "  gateway  only the chat page (127.0.0.1:18789)",
            "  bench    JMH benchmarks; compare  compare running servers",
            "  build    build what changed; format  format the Java sources"
        })
public final class LlameroCommand {
    /** Runs a command and exits with its code: 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** All commands; a failure becomes one line, as Ollama prints it. */
    static CommandLine commandLine() {
        return new CommandLine(new LlameroCommand()).setExecutionExceptionHandler((failure, line, parsed) -> {
            line.getErr().println("Error: " + failure.getMessage());
            return 1;
        });
    }
}
