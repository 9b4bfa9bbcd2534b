package dev.llamero.inference.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jline.terminal.Terminal;

/**
 * What a command sees of the world outside its arguments and its two writers.
 *
 * @param home folder whose {@code .llamero/history} keeps the lines typed in a chat
 * @param in standard input
 * @param terminals which of standard input (0), output (1) and error (2) are terminals
 * @param terminal opens the terminal for a chat; the caller closes it
 */
record Surroundings(
        Map<String, String> environment, Path home, InputStream in, Set<Integer> terminals, TerminalSource terminal) {
    /** Opens a terminal. */
    @FunctionalInterface
    interface TerminalSource {
        Terminal open() throws IOException;
    }

    /** Those of this process. The launcher says what is a terminal, which Java itself cannot tell stream by stream. */
    static Surroundings ofProcess() {
        String told = System.getProperty("llamero.terminals");
        if (told == null) {
            told = System.console() != null && System.console().isTerminal() ? "012" : "";
        }
        return new Surroundings(
                System.getenv(),
                Path.of(System.getProperty("user.home")),
                System.in,
                told.chars().mapToObj(digit -> digit - '0').collect(Collectors.toSet()),
                ChatTerminal::open);
    }

    ModelClient client() {
        return new ModelClient(ServerAddress.of(environment));
    }

    /** Whether somebody types and reads. */
    boolean isInteractive() {
        return terminals.contains(0) && terminals.contains(1);
    }
}
