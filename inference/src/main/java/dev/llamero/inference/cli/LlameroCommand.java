package dev.llamero.inference.cli;

import dev.llamero.inference.doctor.Machine;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;

/** Entry point of every command that is not itself a server. */
@Command(
        name = "llamero",
        description = "Runs open models on one machine.",
        synopsisHeading = "Usage: ",
        customSynopsis = "llamero COMMAND [ARGUMENTS]",
        commandListHeading = "%n",
        footer = {
            "",
            "`llamero COMMAND --help` tells all flags of a command.",
            "The commands on models ask the server at OLLAMA_HOST (default 127.0.0.1:11434)."
        })
public final class LlameroCommand implements Callable<Integer> {
    private static final int HELP_COLUMNS = 118;

    private final Surroundings surroundings;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-v", "--version"},
            description = "Show the versions of this program and of the server.")
    private boolean version;

    private CommandLine line;

    private LlameroCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Runs a command and exits with its code: 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        CommandLine line = commandLine().setOut(writer(FileDescriptor.out)).setErr(writer(FileDescriptor.err));
        int code = line.execute(arguments);
        line.getOut().flush();
        line.getErr().flush();
        System.exit(code);
    }

    /** UTF-8 whatever the locale; flushed line by line. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    /** All commands, in the surroundings of this process. */
    static CommandLine commandLine() {
        return commandLine(Surroundings.ofProcess());
    }

    /** All commands; a failure becomes one line, as Ollama prints it. */
    static CommandLine commandLine(Surroundings surroundings) {
        var top = new LlameroCommand(surroundings);
        var line = new CommandLine(top);
        top.line = line;
        line.addSubcommand(new UpCommand())
                .addSubcommand(new RunCommand(surroundings))
                .addSubcommand(new PullCommand(surroundings))
                .addSubcommand(new PushCommand(surroundings))
                .addSubcommand(new ListCommand(surroundings))
                .addSubcommand(new PsCommand(surroundings))
                .addSubcommand(new ShowCommand(surroundings))
                .addSubcommand(new CreateCommand(surroundings))
                .addSubcommand(new StopCommand(surroundings))
                .addSubcommand(new CpCommand(surroundings))
                .addSubcommand(new RmCommand(surroundings))
                .addSubcommand(new CacheCommand(surroundings))
                .addSubcommand(new FitCommand())
                .addSubcommand(new DoctorCommand(Machine.here(surroundings.environment(), surroundings.home())))
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new ModelNamesCommand(surroundings))
                .addSubcommand(new CommandLine.HelpCommand());
        for (String name : List.of("signin", "signout", "login", "logout")) {
            line.addSubcommand(name, new RefusedCommand(surroundings, RefusedCommand.NO_ACCOUNT));
        }
        line.addSubcommand("launch", new RefusedCommand(surroundings, RefusedCommand.NO_LAUNCH));
        line.getSubcommands().values().forEach(LlameroCommand::addHelp);
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::text);
        // Of an option that is given twice the last counts, as in Ollama, which is no reason to warn.
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        return line.setOverwrittenOptionsAllowed(true)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> CommandFailures.ofExecution(failure, command))
                .setParameterExceptionHandler(CommandFailures::ofArguments);
    }

    private static void addHelp(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage().width(HELP_COLUMNS);
        if (command.getCommand() instanceof ClientCommand client) {
            usage.footer(client.variables());
            command.getCommandSpec().preprocessor(new FlagValues());
        }
        if (command.getCommandSpec().findOption("--help") == null) {
            command.getCommandSpec()
                    .addOption(OptionSpec.builder("-h", "--help")
                            .usageHelp(true)
                            .description("Show this help.")
                            .build());
        }
    }

    @Override
    public Integer call() throws IOException {
        if (version) {
            new Versions(surroundings.client()).print(line.getOut(), line.getErr());
        } else {
            line.usage(line.getOut());
        }
        return 0;
    }
}
