package dev.llamero.inference.cli;

import dev.llamero.inference.api.GoText;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a failure into one line on standard error and an exit code; Ollama's words where it has some. */
final class CommandFailures {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private CommandFailures() {}

    static int ofExecution(Exception failure, CommandLine line) {
        line.getOut().flush();
        String message = failure.getMessage();
        line.getErr().println("Error: " + (message == null ? failure.toString() : message));
        line.getErr().flush();
        return FAILED;
    }

    /** Arguments that cannot be read: the commands that Ollama has exit with 1 as there, our own with 2. */
    static int ofArguments(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        line.getErr().println("Error: " + sentence(failure, arguments));
        boolean ollamas = line.getCommand() instanceof ClientCommand || line.getParent() == null;
        if (!ollamas) {
            line.usage(line.getErr());
        }
        line.getErr().flush();
        return ollamas ? FAILED : WRONG_USAGE;
    }

    private static String sentence(ParameterException failure, String[] arguments) {
        if (failure instanceof MissingParameterException missing
                && missing.getMissing().getFirst() instanceof OptionSpec option) {
            return "flag needs an argument: " + shown(option, arguments[arguments.length - 1]);
        }
        if (failure.getArgSpec() instanceof OptionSpec option
                && option.type() == int.class
                && failure.getValue() != null) {
            String value = GoText.quoted(failure.getValue());
            return "invalid argument " + value + " for \"" + String.join(", ", option.names())
                    + "\" flag: strconv.ParseInt: parsing " + value + ": invalid syntax";
        }
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return failure.getMessage();
        }
        List<String> rest = unmatched.getUnmatched();
        String first = rest.isEmpty() ? "" : rest.getFirst();
        if (first.startsWith("--")) {
            return "unknown flag: " + first.split("=", 2)[0];
        }
        if (first.startsWith("-")) {
            return unknownLetter(first.substring(1), failure.getCommandLine().getCommandSpec());
        }
        if (failure.getCommandLine().getParent() == null) {
            return "unknown command \"" + first + "\" for \"llamero\"" + suggestion(unmatched);
        }
        return "unexpected argument \"" + first + "\"";
    }

    /** An option without its value, as it was written. */
    private static String shown(OptionSpec option, String last) {
        return last.startsWith("--") || option.shortestName().startsWith("--")
                ? option.longestName()
                : "'" + option.shortestName().charAt(1) + "' in " + option.shortestName();
    }

    /** Several flags of one letter may stand behind one dash. */
    private static String unknownLetter(String letters, CommandSpec command) {
        int known = 0;
        while (known < letters.length() - 1 && command.findOption(letters.charAt(known)) != null) {
            known++;
        }
        String rest = letters.substring(known);
        return rest.isEmpty()
                ? "unexpected argument \"-\""
                : "unknown shorthand flag: '" + rest.charAt(0) + "' in -" + rest;
    }

    private static String suggestion(UnmatchedArgumentException unmatched) {
        List<String> near = unmatched.getSuggestions();
        // The nearest of many is rarely meant unless it begins alike.
        return near.stream()
                .filter(name -> !unmatched.getUnmatched().isEmpty()
                        && alike(name, unmatched.getUnmatched().getFirst()))
                .findFirst()
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    private static boolean alike(String name, String given) {
        return !given.isEmpty() && name.charAt(0) == given.charAt(0);
    }
}
