package dev.llamero.inference.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the conversations whose computed state is kept, or forgets them. */
@Command(name = "cache", description = "List the conversations that are kept warm, or clear them.")
final class CacheCommand extends ClientCommand {
    private static final String PATH = "/api/llamero/cache";

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Only those of this model.")
    private String model = "";

    @Option(names = "--clear", description = "Forget them, in memory and on disk; those that run stay.")
    private boolean clear;

    CacheCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void run() throws IOException {
        if (clear) {
            surroundings.client().delete(PATH, Map.of("model", model));
            return;
        }
        Instant now = Instant.now();
        var table = new Table("MODEL", "USER", "TOKENS", "SIZE", "PLACE", "USED");
        Reply reply = surroundings.client().get(PATH);
        for (Reply each : reply.objects("conversations")) {
            if (isMeant(each.text("model"))) {
                table.row(
                        each.text("model"),
                        each.text("salt"),
                        Long.toString(each.number("tokens")),
                        HumanText.size(each.number("bytes")),
                        each.text("tier"),
                        HumanText.ago(each.text("last_used"), now));
            }
        }
        table.print(out(), "");
    }

    private boolean isMeant(String name) {
        return model.isEmpty() || name.equals(model) || name.equals(model + ":latest");
    }
}
