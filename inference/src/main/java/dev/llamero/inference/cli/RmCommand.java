package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes models from disk. */
@Command(name = "rm", description = "Delete models.")
final class RmCommand extends ClientCommand {
    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "MODEL [MODEL...]",
            description = "Names of models.")
    private List<String> arguments = new ArrayList<>();

    RmCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireSome(arguments);
        var client = surroundings.client();
        for (String model : arguments) {
            unload(client, model);
            client.delete("/api/delete", Map.of("model", model));
            out().println("deleted '" + model + "'");
        }
    }

    private void unload(ModelClient client, String model) throws IOException {
        try {
            StopCommand.unload(client, model);
        } catch (ServerFailure e) {
            // A model that is not there is reported by the deletion; any other refusal must not prevent it.
            if (!e.isModelMissing()) {
                err().println("Warning: unable to stop model '" + model + "': " + e.getMessage());
            }
        }
    }
}
