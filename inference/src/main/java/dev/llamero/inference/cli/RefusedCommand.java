package dev.llamero.inference.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** A command of Ollama's that has no meaning here: it says why, and what to do instead. */
@Command(hidden = true)
final class RefusedCommand extends ClientCommand {
    static final String NO_ACCOUNT =
            "there is no cloud account to sign in to or out of: every model runs on this machine";
    static final String NO_LAUNCH = "launch is not supported; point the tool at this server instead:"
            + " http://127.0.0.1:11434 for Ollama's API, http://127.0.0.1:11434/v1 for OpenAI's and Anthropic's";

    private final String reason;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    RefusedCommand(Surroundings surroundings, String reason) {
        super(surroundings);
        this.reason = reason;
    }

    @Override
    void run() {
        throw new UsageException(reason);
    }
}
