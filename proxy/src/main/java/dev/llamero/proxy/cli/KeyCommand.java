package dev.llamero.proxy.cli;

import dev.llamero.proxy.ProxySettings;
import dev.llamero.proxy.callers.KeyFile;
import dev.llamero.settings.SettingsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code llamero key}: makes, lists and takes back the keys that callers of the proxy show. */
@Command(
        name = "llamero key",
        description = "Make, list and revoke keys for callers of the proxy.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {KeyAddCommand.class, KeyListCommand.class, KeyRevokeCommand.class},
        footer = {
            "",
            "A running proxy sees a change within two seconds. Once there is a keys file, every caller must show a"
                    + " key:",
            "as Authorization: Bearer KEY, or as X-API-Key: KEY."
        })
public final class KeyCommand implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = "--keys-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Default: setting keys-file of the proxy (LLAMERO_KEYS_FILE), ~/.llamero/keys.json.")
    private Path file;

    KeyCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Exits with 0 if it is done, 1 if it failed, 2 if it was asked wrongly. */
    public static void main(String[] arguments) {
        CommandLine line =
                commandLine(System.getenv()).setOut(writer(FileDescriptor.out)).setErr(writer(FileDescriptor.err));
        int code = line.execute(arguments);
        line.getOut().flush();
        line.getErr().flush();
        System.exit(code);
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new KeyCommand(environment)).setExecutionExceptionHandler((failure, line, _) -> {
            if (failure instanceof SettingsException) {
                line.getErr().println("llamero key: " + failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    /** The file that the proxy of this folder and environment reads. */
    KeyFile keys() {
        List<String> arguments = file == null ? List.of() : List.of("--keys-file", file.toString());
        return new KeyFile(ProxySettings.keysFile(arguments, environment));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: add, list or revoke");
    }
}
