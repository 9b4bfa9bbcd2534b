package dev.llamero.inference.cli;

import dev.llamero.inference.api.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Flags that are on or off take a value behind an equals sign too, as in Ollama: {@code --verbose=false}, with Go's
 * words for true and false. Of a flag that is given twice, the last counts.
 */
final class FlagValues implements IParameterPreprocessor {
    private static final Set<String> ON = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> OFF = Set.of("0", "f", "F", "FALSE", "false", "False");

    @Override
    public boolean preprocess(
            Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> information) {
        List<String> given = new ArrayList<>(arguments).reversed();
        var read = new ArrayList<String>();
        for (int i = 0; i < given.size(); i++) {
            if (given.get(i).equals("--")) {
                read.addAll(given.subList(i, given.size()));
                break;
            }
            read(given.get(i), command, read);
        }
        arguments.clear();
        arguments.addAll(read.reversed());
        return false;
    }

    private static void read(String given, CommandSpec command, List<String> read) {
        int equals = given.indexOf('=');
        OptionSpec flag = equals < 0 ? null : command.findOption(given.substring(0, equals));
        boolean onOrOff = flag != null && flag.typeInfo().isBoolean() && !flag.usageHelp();
        if (!onOrOff) {
            read.add(given);
            return;
        }
        boolean on = isOn(given.substring(equals + 1), flag, command);
        if (flag.arity().max() > 0) {
            read.add(flag.longestName() + "=" + on);
        } else if (on) {
            read.add(flag.longestName());
        } else {
            read.removeAll(List.of(flag.names()));
        }
    }

    private static boolean isOn(String value, OptionSpec flag, CommandSpec command) {
        if (!ON.contains(value) && !OFF.contains(value)) {
            throw new ParameterException(
                    command.commandLine(),
                    "invalid argument " + GoText.quoted(value) + " for \"" + String.join(", ", flag.names())
                            + "\" flag: strconv.ParseBool: parsing " + GoText.quoted(value) + ": invalid syntax");
        }
        return ON.contains(value);
    }
}
