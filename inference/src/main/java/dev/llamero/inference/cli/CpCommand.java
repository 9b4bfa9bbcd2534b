package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives a model a second name. */
@Command(name = "cp", description = "Copy a model to another name.")
final class CpCommand extends ClientCommand {
    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "SOURCE DESTINATION",
            description = "The model's name, and the new one.")
    private List<String> arguments = new ArrayList<>();

    CpCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(2, arguments);
        String source = arguments.getFirst();
        String destination = arguments.getLast();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("source", source);
        request.put("destination", destination);
        surroundings.client().post("/api/copy", request);
        out().println("copied '" + source + "' to '" + destination + "'");
    }
}
