package dev.llamero.inference.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs a command of the launcher inside this process, without a terminal. */
record ClientRun(int code, String out, String err) {
    static ClientRun of(int port, String input, List<String> arguments) {
        return of(
                new Surroundings(
                        Map.of("OLLAMA_HOST", "127.0.0.1:" + port),
                        Path.of("target"),
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        Set.of(),
                        () -> {
                            throw new IOException("no terminal here");
                        }),
                arguments);
    }

    static ClientRun of(Surroundings surroundings, List<String> arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = LlameroCommand.commandLine(surroundings)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int code = line.execute(arguments.toArray(String[]::new));
        line.getOut().flush();
        line.getErr().flush();
        return new ClientRun(code, out.toString(), err.toString());
    }
}
