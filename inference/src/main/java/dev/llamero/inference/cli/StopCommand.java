package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes a model out of memory. */
@Command(name = "stop", description = "Take a loaded model out of memory.")
final class StopCommand extends ClientCommand {
    @Parameters(arity = "0..*", hideParamSyntax = true, paramLabel = "MODEL", description = "The model's name.")
    private List<String> arguments = new ArrayList<>();

    StopCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(1, arguments);
        String model = arguments.getFirst();
        try {
            unload(surroundings.client(), model);
        } catch (ServerFailure e) {
            throw e.isModelMissing() ? new IOException("couldn't find model \"" + model + "\" to stop", e) : e;
        }
    }

    /** A call without prompt that keeps the model for no time unloads it (specification 9.1). */
    static void unload(ModelClient client, String model) throws IOException {
        client.post("/api/generate", Map.of("model", model, "keep_alive", 0));
    }
}
