package dev.llamero.inference.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a model from its registry into the server's store. */
@Command(
        name = "pull",
        description = {
            "Pull a model from a registry.",
            "",
            "NAME is a model of Ollama's library (qwen3:0.6b), of Hugging Face (hf.co/OWNER/REPO:QUANT),",
            "of any other registry (HOST/NAMESPACE/MODEL:TAG), or the address of one GGUF file with its",
            "digest (https://HOST/FILE.gguf#sha256=HEX)."
        })
final class PullCommand extends ClientCommand {
    @Parameters(arity = "0..*", hideParamSyntax = true, paramLabel = "MODEL", description = "The model.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--insecure", description = "Speak to the registry without encryption.")
    private boolean insecure;

    PullCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        requireExactly(1, arguments);
        new Transfer(surroundings, out(), err()).pull(arguments.getFirst(), insecure);
    }
}
