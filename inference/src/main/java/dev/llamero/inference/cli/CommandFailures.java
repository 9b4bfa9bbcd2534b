package dev.llamero.inference.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
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
        line.getErr().println("Error: " + sentence(failure));
        boolean ollamas = line.getCommand() instanceof ClientCommand || line.getParent() == null;
        if (!ollamas) {
            line.usage(line.getErr());
        }
        line.getErr().flush();
        return ollamas ? FAILED : WRONG_USAGE;
    }

    private static String sentence(ParameterException failure) {
        if (failure instanceof MissingParameterException missing
                && missing.getMissing().getFirst() instanceof OptionSpec option) {
            return "flag needs an argument: " + option.longestName();
        }
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return failure.getMessage();
        }
        List<String> rest = unmatched.getUnmatched();
        String first = rest.isEmpty() ? "" : rest.getFirst();
        if (first.startsWith("-")) {
            return "unknown flag: " + first.split("=", 2)[0];
        }
        if (failure.getCommandLine().getParent() == null) {
            return "unknown command \"" + first + "\" for \"llamero\"" + suggestion(unmatched);
        }
        return "unexpected argument \"" + first + "\"";
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
