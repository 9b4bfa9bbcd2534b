package dev.llamero.inference.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class HelpTest {
    private static String help(String... arguments) {
        ClientRun run = ClientRun.of(1, "", List.of(arguments));
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void everyCommandHasAHelpInWhichEveryFlagIsExplained() {
        for (var command : LlameroCommand.commandLine().getSubcommands().entrySet()) {
            if (command.getValue().getCommandSpec().usageMessage().hidden()) {
                continue;
            }
            String text = help(command.getKey(), "--help");
            assertThat(text)
                    .as(command.getKey())
                    .contains("Usage: llamero " + command.getValue().getCommandName());
            for (CommandLine.Model.OptionSpec option :
                    command.getValue().getCommandSpec().options()) {
                assertThat(text).contains(option.longestName());
                assertThat(String.join("", option.description()))
                        .as(option.longestName())
                        .isNotBlank();
            }
            assertThat(text.lines()).as(command.getKey()).allMatch(line -> line.length() <= 118);
        }
    }

    @Test
    void theOverviewNamesEveryCommand() {
        String overview = help("--help");
        var names = new ArrayList<>(List.of("serve", "proxy", "gateway", "build"));
        LlameroCommand.commandLine().getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden() && name.equals(command.getCommandName())) {
                names.add(name);
            }
        });
        assertThat(names).allSatisfy(name -> assertThat(overview).containsPattern("(?m)^  " + name + " +\\S"));
    }

    /** The flags of the real program's help, command by command. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        create | -h --help -f --file -q --quantize --draft-quantize --experimental
        show   | -h --help --license --modelfile --parameters --system --template -v --verbose
        run    | -h --help --dimensions --format --hidethinking --insecure --keepalive --nowordwrap --think --truncate\
         --verbose
        stop   | -h --help
        pull   | -h --help --insecure
        push   | -h --help --insecure
        list   | -h --help
        ls     | -h --help
        ps     | -h --help
        cp     | -h --help
        rm     | -h --help
        """)
    void everyCommandOfOllamasHasExactlyItsFlags(String command, String flags) {
        var names = new ArrayList<String>();
        LlameroCommand.commandLine()
                .getSubcommands()
                .get(command)
                .getCommandSpec()
                .options()
                .forEach(option -> names.addAll(List.of(option.names())));
        assertThat(names).containsExactlyInAnyOrder(flags.split(" "));
    }

    @Test
    void argumentsReadAsInOllamasHelpAndVariablesAreNamed() {
        assertThat(help("run", "--help"))
                .contains("MODEL [PROMPT...]\n")
                .contains("\nEnvironment Variables:\n  OLLAMA_HOST ")
                .contains("\n  OLLAMA_EDITOR ", "\n  OLLAMA_NOHISTORY ");
        assertThat(help("cp", "-h")).startsWith("Usage: llamero cp [-h] SOURCE DESTINATION\n");
        assertThat(help("rm", "-h")).startsWith("Usage: llamero rm [-h] MODEL [MODEL...]\n");
        assertThat(help("help", "ls"))
                .startsWith("Usage: llamero list [-h] [PREFIX]\n")
                .contains("ls");
    }
}
