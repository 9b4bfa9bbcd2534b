package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a model of the server's store to the registry that its name says. */
@Command(name = "push", description = "Push a model to a registry.")
final class PushCommand extends ClientCommand {
    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "MODEL",
            description = "The model, named HOST/NAMESPACE/MODEL:TAG.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--insecure", description = "Speak to the registry without encryption.")
    private boolean insecure;

    PushCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(1, arguments);
        new Transfer(surroundings, out(), err()).push(arguments.getFirst(), insecure);
    }
}
